// A CommonJS module that makes its exports when it runs.
module.exports = Object.fromEntries([['add', (a, b) => a + b]]);
