/* What jobs with threads need of JavaScript (src/jobs/notify_threads.c). Part
 * of the code that Emscripten makes; it runs on each thread. Emscripten 3.1.6
 * knows no shorter way to write a function here. */
mergeInto(LibraryManager.library, {
  /* On the first thread the worker looks by itself, after each call. */
  belay_jobs_notify: function () {
    if (ENVIRONMENT_IS_PTHREAD) postMessage({ belay: 'messages' });
  },

  /* Who waits for it may be JavaScript. */
  belay_jobs_wake: function (word) {
    Atomics.notify(HEAP32, word >> 2, 1);
  },

  /*
   * Runs a job. A trap may leave anything half done, a lock held among it. So
   * nothing of the instance is used again: the worker is told, by JavaScript
   * alone, and this thread never goes on.
   */
  belay_jobs_guard: function (result, job, context, values, count) {
    try {
      wasmTable.get(job)(result, context, values, count);
    } catch (error) {
      var text = error && error.message ? error.message : String(error);
      // What exit() has thrown here says nothing.
      if (error === 'unwind') text = 'the job called exit(' + EXITSTATUS + ')' + (EXITSTATUS === 0 ? ' or pthread_exit()' : '');
      const told = error instanceof Error ? error : new Error(text);
      postMessage({
        belay: 'trap',
        number: _belay_jobs_family(context),
        name: told.name,
        message: told.message,
        stack: told.stack,
      });
      throw 'unwind'; // Emscripten's word for a thread that stays as it is
    }
  },
});
