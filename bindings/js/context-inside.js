/**
 * What bodies that are no functions ask of a context: `runtimeOf`, `whenEnded`
 * and `graceOf` of the class Context, which puts them here. For context.js needs
 * the API, whose functions take bodies.
 */
export const contextInside = {};
