defmodule Oracle.Body do
  alias Oracle.Clock
  alias Task.Supervisor, as: TS

  # ---- talking to the collector -------------------------------------------------------

  def ask(c, msg) do
    tag = make_ref()
    send(c, {:ask, self(), tag, msg})

    receive do
      {^tag, reply} -> reply
    end
  end

  def emit(st, op, target, res), do: emit(st, op, target, res, %{})

  def emit(st, op, target, res, extra) do
    t = Clock.now()
    send(st.c, {:ev, st.who, st.label, t, op, target, res, extra})
    :ok
  end

  # ---- running a body in its own process ---------------------------------------------

  def main(st, steps) do
    {run, who} = ask(st.c, {:register, self(), st.label, st.kind, st.info, Clock.now()})
    st = %{st | run: run, who: who}
    Process.put(:oracle_handles, st.handles)
    Process.put(:oracle_c, st.c)

    try do
      v = body(steps, st)
      finished(st, :ok, v)
      v
    catch
      kind, reason ->
        how = if kind == :exit and reason in [:normal], do: :ok, else: :bad
        finished(st, how, :none)
        :erlang.raise(kind, reason, __STACKTRACE__)
    end
  end

  defp finished(st, how, v) do
    {:trap_exit, trap} = Process.info(self(), :trap_exit)
    send(st.c, {:fin, self(), how, Clock.now(), v, trap})
  end

  def body(steps, st) do
    case exec(steps, st) do
      {:return, v} -> v
      :next -> nil
    end
  end

  defp exec([], _st), do: :next

  defp exec([step | rest], st) do
    case step(step, st) do
      {:return, v} -> {:return, v}
      _ -> exec(rest, st)
    end
  end

  # ---- handles ------------------------------------------------------------------------

  defp child(st, h, info \\ %{}) do
    %{st | label: st.label <> "/" <> h, who: nil, run: nil, kind: :body, info: info, handles: Process.get(:oracle_handles)}
  end

  defp bind(st, h, value, label) do
    Process.put(:oracle_handles, Map.put(Process.get(:oracle_handles), h, value))
    send(st.c, {:spawned, label, Clock.tick(st)})

    case value do
      {:task, %Task{ref: ref}} -> send(st.c, {:ref, ref, label})
      _ -> :ok
    end

    :ok
  end

  defp task(h) do
    case Process.get(:oracle_handles) do
      %{^h => {:task, t}} -> t
      handles ->
        send(Process.get(:oracle_c), {:invalid, "no task handle #{h} among #{Enum.join(Map.keys(handles), " ")}"})
        raise("no task handle #{h}")
    end
  end

  defp label_of(st, target) do
    case Process.get(:oracle_handles) do
      %{^target => {:pid, label}} -> label
      %{^target => {:task, t}} -> ask(st.c, {:ref_label, t.ref})
      _ -> if target == "self", do: st.label, else: target
    end
  end

  defp pid_of(st, target) do
    case Process.get(:oracle_handles) do
      %{^target => {:task, t}} -> t.pid
      %{^target => {:pid, label}} -> ask(st.c, {:whereis, label})
      _ -> if target == "self", do: self(), else: ask(st.c, {:whereis, target})
    end
  end

  # A supervisor that never existed is addressed by an unregistered name, hence :noproc.
  defp sup(st, name), do: ask(st.c, {:whereis, name}) || :oracle_no_such_supervisor

  def reason(r) when r in ~w(normal shutdown kill killed noproc timeout noconnection), do: String.to_atom(r)
  def reason(["shutdown", r]), do: {:shutdown, reason(r)}
  def reason(r), do: r

  defp child_opts(st, opts) do
    Enum.map(opts, fn
      {"restart", r} -> {:restart, String.to_atom(r)}
      {"shutdown", s} -> {:shutdown, Clock.fixed(st, s)}
    end)
  end

  defp info(s, opts), do: %{sup: s, shutdown: Map.get(opts, "shutdown")}

  defp sup_opts(opts) do
    for {k, v} <- opts, k in ~w(max_children max_restarts max_seconds) do
      {String.to_atom(k), v}
    end
  end

  # ---- plain steps --------------------------------------------------------------------

  defp step(["sleep", n], st), do: Clock.sleep(st, n)
  defp step(["return", v], _st), do: {:return, v}
  defp step(["raise", m], _st), do: raise(m)
  defp step(["throw", v], _st), do: throw(v)
  defp step(["exit", r], _st), do: exit(reason(r))
  defp step(["hang"], _st), do: Process.sleep(:infinity)

  defp step(["trap_exit", on], st) do
    Process.flag(:trap_exit, on)
    emit(st, "trap_exit", nil, nil)
  end

  defp step(["by_run", bodies], st), do: exec(Enum.at(bodies, st.run - 1) || List.last(bodies), st)

  defp step(["catch", steps], st) do
    res =
      try do
        {:return, body(steps, st)}
      catch
        :exit, r -> {:exit, r}
        :error, e -> {:error, {:exception, e, __STACKTRACE__}}
        :throw, v -> {:throw, v}
      end

    emit(st, "catch", nil, res)
  end

  # ---- starting processes -------------------------------------------------------------

  defp step(["async", h, b], st) do
    c = child(st, h, %{linked: st.who})
    bind(st, h, {:task, Task.async(fn -> main(c, b) end)}, c.label)
  end

  defp step(["async_sup", h, s, b], st), do: step(["async_sup", h, s, b, %{}], st)

  defp step(["async_sup", h, s, b, opts], st) do
    c = child(st, h, Map.put(info(s, opts), :linked, st.who))
    emit(st, "under", s, nil)
    bind(st, h, {:task, TS.async(sup(st, s), fn -> main(c, b) end, child_opts(st, opts))}, c.label)
    emit(st, "bound", s, nil)
  end

  defp step(["async_nolink", h, s, b], st), do: step(["async_nolink", h, s, b, %{}], st)

  defp step(["async_nolink", h, s, b, opts], st) do
    c = child(st, h, info(s, opts))
    emit(st, "under", s, nil)
    bind(st, h, {:task, TS.async_nolink(sup(st, s), fn -> main(c, b) end, child_opts(st, opts))}, c.label)
    emit(st, "bound", s, nil)
  end

  defp step(["start_child", h, s, b], st), do: step(["start_child", h, s, b, %{}], st)

  defp step(["start_child", h, s, b, opts], st) do
    c = child(st, h, info(s, opts))
    emit(st, "under", s, nil)

    case TS.start_child(sup(st, s), fn -> main(c, b) end, child_opts(st, opts)) do
      {:ok, _pid} ->
        bind(st, h, {:pid, c.label}, c.label)
        emit(st, "start_child", c.label, :ok)

      other ->
        emit(st, "start_child", c.label, other)
    end
  end

  defp step(["start", h, b], st) do
    c = child(st, h)
    {:ok, _} = Task.start(fn -> main(c, b) end)
    bind(st, h, {:pid, c.label}, c.label)
  end

  defp step(["start_link", h, b], st) do
    c = child(st, h, %{linked: st.who})
    {:ok, _} = Task.start_link(fn -> main(c, b) end)
    bind(st, h, {:pid, c.label}, c.label)
  end

  defp step(["completed", h, v], st) do
    t = Task.completed(v)
    Process.put(:oracle_handles, Map.put(Process.get(:oracle_handles), h, {:task, t}))
    send(st.c, {:ref, t.ref, st.label <> "/" <> h})
    :ok
  end

  # ---- waiting ------------------------------------------------------------------------

  defp step(["await", h, t], st) do
    timed(st, "await", [h], t, fn ms -> Task.await(task(h), ms) end)
  end

  defp step(["await_many", hs, t], st) do
    timed(st, "await_many", hs, t, fn ms -> Task.await_many(Enum.map(hs, &task/1), ms) end)
  end

  defp step(["yield", h, t], st) do
    timed(st, "yield", [h], t, fn ms -> Task.yield(task(h), ms) end)
  end

  defp step(["yield_many", hs, opts], st) when is_map(opts) do
    t = Map.get(opts, "timeout", 5)
    extra = for {k, v} <- opts, k in ~w(limit on_timeout), do: {String.to_atom(k), if(is_binary(v), do: String.to_atom(v), else: v)}
    if not Oracle.Machine.newer?(), do: send(st.c, :unsupported)

    timed(st, "yield_many", hs, t, fn ms ->
      Task.yield_many(Enum.map(hs, &task/1), [timeout: ms] ++ extra) |> Enum.map(&elem(&1, 1))
    end)
  end

  defp step(["yield_many", hs, t], st) do
    if not Oracle.Machine.newer?() and Enum.uniq(hs) != hs, do: send(st.c, :unsupported)

    timed(st, "yield_many", hs, t, fn ms ->
      Task.yield_many(Enum.map(hs, &task/1), ms) |> Enum.map(&elem(&1, 1))
    end)
  end

  defp step(["shutdown", h, t], st) do
    unless_completed(st, h)
    timed(st, "shutdown", [h], t, fn ms -> Task.shutdown(task(h), ms) end)
  end

  defp step(["ignore", h], st) do
    unless_completed(st, h)
    timed(st, "ignore", [h], 0, fn _ -> Task.ignore(task(h)) end)
  end

  # ---- streams ------------------------------------------------------------------------

  defp step(["stream", h, bodies], st), do: step(["stream", h, bodies, %{}], st)

  defp step(["stream", h, bodies, opts], st) do
    input = input(st, h, length(bodies), opts)
    handles = Process.get(:oracle_handles)
    s = opts["sup"]

    run = fn i ->
      c = child(st, "#{h}.#{i}", %{sup: s, shutdown: if(opts["shutdown"] == "brutal_kill", do: "brutal_kill"), stream: st.who <> "/" <> h, timeout: Map.get(opts, "timeout"), linked: opts["nolink"] != true && st.who})
      main(%{c | handles: handles}, Enum.at(bodies, i))
    end

    so =
      Enum.flat_map(opts, fn
        {"max_concurrency", n} -> [max_concurrency: n]
        {"ordered", b} -> [ordered: b]
        {"timeout", t} -> [timeout: Clock.fixed(st, t)]
        {"on_timeout", a} -> [on_timeout: String.to_atom(a)]
        {"zip_input_on_exit", b} -> [zip_input_on_exit: b]
        {"shutdown", t} -> [shutdown: Clock.fixed(st, t)]
        _ -> []
      end)

    so = Keyword.put_new(so, :max_concurrency, 2)
    so = Keyword.put_new(so, :timeout, :infinity)

    if s, do: emit(st, "under", s, nil)

    stream =
      cond do
        s == nil -> Task.async_stream(input, run, so)
        opts["nolink"] -> TS.async_stream_nolink(sup(st, s), input, run, so)
        true -> TS.async_stream(sup(st, s), input, run, so)
      end

    take = opts["take"]
    raise_at = opts["consume_raise_at"]
    consume = Map.get(opts, "consume", 0)

    res =
      Enum.reduce_while(stream, [], fn r, acc ->
        n = length(acc)
        emit(st, "emit", h, r, %{n: n})
        if n == raise_at, do: raise("consumer")
        Clock.sleep(st, consume)
        acc = [r | acc]
        if n + 1 == take, do: {:halt, acc}, else: {:cont, acc}
      end)

    emit(st, "stream", h, Enum.reverse(res))
  end

  # ---- task supervisors ---------------------------------------------------------------

  defp step(["sup", s], st), do: step(["sup", s, %{}], st)

  defp step(["sup", s, opts], st) do
    {:ok, pid} = TS.start_link(sup_opts(opts))
    if opts["link"] == false, do: Process.unlink(pid)
    ask(st.c, {:register, pid, s, :sup, %{opts: opts, owner: opts["link"] != false && st.who}, Clock.now()})
    :ok
  end

  defp step(["terminate_child", s, h], st) do
    since = Clock.tick(st)

    case pid_of(st, h) do
      nil -> emit(st, "terminate_child", h, :no_such_process)
      pid -> emit(st, "terminate_child", label_of(st, h), TS.terminate_child(sup(st, s), pid), %{kill: true, sup: s, since: since})
    end
  end

  defp step(["children", s], st), do: emit(st, "children", s, {:pids, TS.children(sup(st, s))}, %{sup: s})

  defp step(["count", s], st) do
    emit(st, "count", s, {:count, Supervisor.count_children(sup(st, s))}, %{sup: s})
  end

  defp step(["stop_sup", s, r], st) do
    since = Clock.tick(st)
    emit(st, "stop_sup", s, Supervisor.stop(sup(st, s), reason(r)), %{kill: true, since: since})
  end

  # ---- general supervisors ------------------------------------------------------------

  defp step(["tree", t, opts, children], st) do
    res = start_tree(st, t, opts, children)
    if opts["link"] == false and match?({:ok, _}, res), do: Process.unlink(elem(res, 1))
    emit(st, "tree", t, if(match?({:ok, _}, res), do: :ok, else: res))
  end

  defp step(["t_terminate", t, id], st) do
    since = Clock.tick(st)
    emit(st, "t_terminate", t <> "/" <> id, Supervisor.terminate_child(sup(st, t), id), %{kill: true, since: since})
  end

  defp step(["t_restart", t, id], st), do: emit(st, "t_restart", t <> "/" <> id, tag(Supervisor.restart_child(sup(st, t), id)))
  defp step(["t_delete", t, id], st), do: emit(st, "t_delete", t <> "/" <> id, Supervisor.delete_child(sup(st, t), id))

  defp step(["t_start", t, spec], st) do
    emit(st, "t_start", t <> "/" <> spec["id"], tag(Supervisor.start_child(sup(st, t), tree_spec(st, t, spec))))
  end

  defp step(["t_which", t], st) do
    list = for {id, pid, _, _} <- Supervisor.which_children(sup(st, t)), do: [id, if(is_pid(pid), do: "up", else: pid)]
    emit(st, "t_which", t, list, %{sup: t})
  end

  defp step(["t_count", t], st), do: emit(st, "t_count", t, {:count, Supervisor.count_children(sup(st, t))}, %{sup: t})

  # ---- signals and introspection ------------------------------------------------------

  defp step(["exit_signal", target, r], st) do
    case pid_of(st, target) do
      nil ->
        emit(st, "exit_signal", target, :no_such_process)

      pid ->
        {:links, links} = Process.info(self(), :links)
        {:trap_exit, trap} = Process.info(self(), :trap_exit)
        echo = pid != self() and pid in links and not trap
        emit(st, "exit_signal", label_of(st, target), nil, %{kill: true, echo: echo})
        Process.exit(pid, reason(r))
    end
  end

  defp step([op, target], st) when op in ["link", "unlink", "monitor", "alive"] do
    case pid_of(st, target) do
      nil -> emit(st, op, target, :no_such_process)
      pid -> emit(st, op, label_of(st, target), touch(op, pid), %{touch: true})
    end
  end

  defp step(["wait_exit"], st) do
    from = peers(Process.info(self(), :messages) |> elem(1))

    receive do
      {:EXIT, pid, r} -> emit(st, "wait_exit", {:pid, pid}, r, %{chosen: pid, peers: from, self: self()})
    end
  end

  defp step(["inbox"], st) do
    msgs = drain()
    emit(st, "inbox", nil, {:inbox, msgs}, %{peers: peers(msgs), drained: true})
  end

  defp step(["links"], st) do
    {:links, pids} = Process.info(self(), :links)
    emit(st, "links", nil, {:pids, pids})
  end

  defp step(["callers"], st), do: emit(st, "callers", nil, {:pid_list, Process.get(:"$callers") || []})
  defp step(["ancestors"], st), do: emit(st, "ancestors", nil, {:pid_list, Process.get(:"$ancestors") || []})

  defp step(other, st) do
    send(st.c, {:invalid, "no such step: " <> Oracle.JSON.encode(other)})
    raise("no such step")
  end

  defp touch("alive", pid), do: Process.alive?(pid)

  defp touch(op, pid) do
    apply(Process, String.to_atom(op), [pid])
    nil
  end

  # every process whose message is, or could soon be, in the mailbox
  defp peers(msgs) do
    {:links, l} = Process.info(self(), :links)
    {:monitors, m} = Process.info(self(), :monitors)

    from =
      for msg <- msgs do
        case msg do
          {:EXIT, pid, _} -> pid
          {:DOWN, _, :process, pid, _} -> pid
          {ref, _} when is_reference(ref) -> ref
          _ -> nil
        end
      end

    l ++ for({:process, pid} <- m, do: pid) ++ from
  end

  defp drain do
    receive do
      m -> [m | drain()]
    after
      0 -> []
    end
  end

  # On a completed task these functions raise before Elixir 1.15.
  defp unless_completed(st, h) do
    if task(h).pid == nil and not Oracle.Machine.newer?(), do: send(st.c, :unsupported)
  end

  # Runs a waiting operation, reports when it expired and how it ended.
  defp timed(st, op, hs, t, f) do
    now = Clock.now()
    send(st.c, {:seen, now})
    from = Clock.tick_at(now, st.t0, st.tick_us)
    ms = if t == "brutal_kill", do: :brutal_kill, else: Clock.ms(st, t)
    targets = Enum.map(hs, &label_of(st, &1))
    extra = %{from: from, timeout: t, targets: targets, op: op}
    target = if op in ["await_many", "yield_many"], do: targets, else: hd(targets)
    if is_integer(t) and t > 0, do: send(st.c, {:armed, self(), from + t, :op})

    try do
      f.(ms)
    catch
      :exit, r ->
        send(st.c, {:left, st.who, Clock.now(), r, extra})
        :erlang.raise(:exit, r, __STACKTRACE__)
    else
      v -> emit(st, op, target, v, extra)
    end
  end

  defp input(st, h, n, opts) do
    Stream.resource(
      fn -> 0 end,
      fn i ->
        Clock.sleep(st, Map.get(opts, "input_delay", 0))

        cond do
          i >= n ->
            {:halt, i}

          true ->
            emit(st, "pull", h, i, if(i == opts["input_raise_at"], do: %{}, else: %{pull: "#{st.label}/#{h}.#{i}"}))
            if i == opts["input_raise_at"], do: raise("input")
            {[i], i + 1}
        end
      end,
      fn _ -> emit(st, "closed", h, nil) end
    )
  end

  # ---- trees --------------------------------------------------------------------------

  defp start_tree(st, label, opts, children) do
    kw =
      Enum.flat_map(opts, fn
        {"strategy", s} -> [strategy: String.to_atom(s)]
        {"max_restarts", n} -> [max_restarts: n]
        {"max_seconds", n} -> [max_seconds: n]
        {"auto_shutdown", s} -> [auto_shutdown: String.to_atom(s)]
        _ -> []
      end)

    if Map.has_key?(opts, "auto_shutdown") and not Oracle.Machine.newer?(), do: send(st.c, :unsupported)
    kw = Keyword.put_new(kw, :strategy, :one_for_one)
    # The child specs register their processes before start_link returns; the tree itself
    # registers from inside its init, so that its label resolves at once.
    Supervisor.start_link(Oracle.Tree, {st, label, Enum.map(children, &tree_spec(st, label, &1)), kw})
  end

  def tree_spec(st, label, %{"id" => id} = spec) do
    child_label = label <> "/" <> id
    restart = String.to_atom(Map.get(spec, "restart", "permanent"))
    worker = not (Map.has_key?(spec, "sup") or Map.has_key?(spec, "tree"))
    base = %{id: id, restart: restart, type: if(worker, do: :worker, else: :supervisor)}

    base =
      case spec do
        %{"shutdown" => s} -> Map.put(base, :shutdown, Clock.fixed(st, s))
        _ -> base
      end

    base = if spec["significant"], do: Map.put(base, :significant, true), else: base
    args = [%{st | label: child_label, who: nil, run: nil, kind: :body, handles: %{}}, label, spec]
    Map.put(base, :start, {__MODULE__, :tree_start, args})
  end

  def tree_start(st, parent, spec) do
    attempt = ask(st.c, {:attempt, st.label})
    starts = Map.get(spec, "start", ["ok"])

    case Enum.at(starts, attempt - 1) || List.last(starts) do
      "error" -> {:error, "nope"}
      "ignore" -> :ignore
      "ok" -> tree_start_ok(%{st | info: %{sup: parent, shutdown: Map.get(spec, "shutdown")}}, spec)
    end
  end

  defp tree_start_ok(st, %{"sup" => opts}) do
    with {:ok, pid} <- TS.start_link(sup_opts(opts)) do
      ask(st.c, {:register, pid, st.label, :sup, %{st.info | sup: st.info.sup}, Clock.now()})
      {:ok, pid}
    end
  end

  defp tree_start_ok(st, %{"tree" => opts, "children" => children}), do: start_tree(st, st.label, opts, children)
  defp tree_start_ok(st, %{"body" => b}), do: Task.start_link(fn -> main(st, b) end)

  defp tag({:ok, pid}) when is_pid(pid), do: :ok
  defp tag({:error, {:already_started, _}}), do: {:error, :already_started}
  defp tag({:error, {r, child}}) when is_tuple(child) and elem(child, 0) == :child, do: {:error, r}
  defp tag(other), do: other
end

defmodule Oracle.Tree do
  use Supervisor

  def init({st, label, specs, kw}) do
    Oracle.Body.ask(st.c, {:register, self(), label, :tree, %{sup: nil, shutdown: nil}, Oracle.Clock.now()})
    Supervisor.init(specs, kw)
  end
end
