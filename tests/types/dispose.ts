/* `await using`, where the library knows Symbol.asyncDispose. */
import { createRuntime, Supervisor, Task, TaskSupervisor } from 'belay-tasks';
import { is, same } from './expect.js';

export async function scoped(): Promise<number> {
  await using runtime = createRuntime();
  await using pool = TaskSupervisor.start();
  await using top = Supervisor.start([], { strategy: 'oneForOne' });
  await using task = TaskSupervisor.async(pool, () => 42);
  same<ReturnType<(typeof task)[typeof Symbol.asyncDispose]>, Promise<void>>(
    true,
  );
  is<AsyncDisposable>(runtime);
  is<AsyncDisposable>(top);
  // @ts-expect-error disposing waits, so it is not a plain Disposable
  is<Disposable>(task);
  return Task.await(task);
}
