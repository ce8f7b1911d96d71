// esbuild's text loader: a stylesheet arrives as a string.
declare module "*.css" {
  const text: string;
  export default text;
}
