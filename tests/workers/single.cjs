// A CommonJS module that is one function.
module.exports = (value) => value * 2;
