// Stands in for the worker's script, which only the bundler has.
export default "";
