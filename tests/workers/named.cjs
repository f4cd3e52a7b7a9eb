// A CommonJS module whose exports can be seen without running it.
exports.add = (a, b) => a + b;
exports.given = function () {
  'use strict';
  return this === undefined;
};
