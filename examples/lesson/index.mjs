// The lesson's examples in their order, for those that show or run them all.
//
// Each has title, question, rule, elixir (the lesson's source, a string) and
// main(). Nothing here needs Node. main gets one object:
//
//   { Task, TaskSupervisor, Supervisor, Process, sleep }   of Belay, bound to
//                          the process that stands for the example's caller
//   fetch, base            a network; every URL begins with base
//   log(line = '')         where the example prints
//
// It resolves when the example is over and has left nothing alive. What the
// network must offer; examples/server.mjs is the real one:
//
//   GET    /users/:id?ms=20         a user: { id, name, email }, after ms
//   GET    /delay?ms=100            { waited } after ms
//   GET    /hang                    no answer at all, until the client goes
//   GET    /fail?status=500&ms=0    { error } with that status (400 to 599)
//   GET    /reset?ms=0              cuts the connection: fetch rejects with
//                                   TypeError('fetch failed')
//   GET    /stream?chunks=5&ms=20   lines of text, one every ms
//   GET    /flap?key=name&down=2    503 for the key's first requests, then 200
//   GET    /limited?max=20&ms=20    429 while max such requests are in flight,
//                                   else { waited } after ms
//   POST   /emails?down=0&ms=0      keeps the JSON body: 201 { id, duplicate }
//   POST   /orders?down=0&ms=0        after ms; 503 for the first `down`
//                                     requests of its Idempotency-Key header,
//                                     one record per key (without the header:
//                                     one per request)
//   GET    /emails, GET /orders     { records }: what has been kept
//   GET    /stats                   { requests, inFlight, peakInFlight,
//                                   cancelled }: cancelled counts requests
//                                   given up by the client before their end.
//                                   /stats itself does not count
//   DELETE /stats                   204; requests, cancelled and peak afresh
//
// Unknown query parameters are ignored. A fetch whose signal aborts rejects
// with the signal's reason.

import * as asyncAwait from './01-async-await.mjs';
import * as asyncStream from './02-async-stream.mjs';
import * as supervisedTask from './03-supervised-task.mjs';
import * as choosing from './04-choosing.mjs';
import * as safeFetch from './05-safe-fetch.mjs';
import * as comparison from './06-comparison.mjs';
import * as unbounded from './07-unbounded.mjs';
import * as noTimeout from './08-no-timeout.mjs';
import * as fireAndForget from './09-fire-and-forget.mjs';
import * as aggregator from './10-aggregator.mjs';

export const examples = Object.freeze([
  { file: '01-async-await.mjs', ...asyncAwait },
  { file: '02-async-stream.mjs', ...asyncStream },
  { file: '03-supervised-task.mjs', ...supervisedTask },
  { file: '04-choosing.mjs', ...choosing },
  { file: '05-safe-fetch.mjs', ...safeFetch },
  { file: '06-comparison.mjs', ...comparison },
  { file: '07-unbounded.mjs', ...unbounded },
  { file: '08-no-timeout.mjs', ...noTimeout },
  { file: '09-fire-and-forget.mjs', ...fireAndForget },
  { file: '10-aggregator.mjs', ...aggregator },
]);
