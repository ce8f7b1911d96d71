// build.mjs puts the finished worker script here.
declare module "worker-source" {
  const source: string;
  export default source;
}
