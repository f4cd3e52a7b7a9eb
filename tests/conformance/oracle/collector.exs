defmodule Oracle.Collector do
  # One per scenario: registers processes, monitors them, gathers the trace, writes the outcome.
  alias Oracle.Clock
  import Oracle.Normal, only: [norm: 2]

  def run(scenario, tick_ms) do
    me = self()
    us = tick_ms * 1000
    limit = Map.get(scenario, "limit", 60)
    t0 = Clock.now()

    st = %{c: me, t0: t0, tick_us: us, label: "root", who: nil, run: nil, kind: :body, info: %{}, handles: %{}}
    root = spawn(fn -> Oracle.Body.main(st, scenario["body"]) end)
    # in the middle of the last tick, so that all of it counts
    Process.send_after(me, :limit, div(limit * us + div(us, 2), 1000))

    s = %{
      t0: t0, us: us, limit: limit, root: root, evs: [], n: 0, procs: %{}, runs: %{}, latest: %{}, refs: %{},
      attempts: %{}, spawned: [], armed: [], late: 0, collide: [], quiet: nil, unsupported: false, invalid: nil
    }

    s = loop(s)
    stall = div(100 * Oracle.Machine.stall(t0), us)
    for {pid, _} <- s.procs, do: Process.exit(pid, :kill)
    Process.exit(root, :kill)
    finish(%{s | late: Enum.max([s.late, stall, overslept(s)])}, scenario, tick_ms)
  end

  defp loop(s) do
    receive do
      :limit ->
        s

      {:quiet, q} when q == s.quiet ->
        s

      {:quiet, _} ->
        loop(s)

      :unsupported ->
        loop(%{s | unsupported: true})

      {:invalid, why} ->
        loop(%{s | invalid: why})

      {:ask, from, tag, msg} ->
        {reply, s} = ask(msg, s)
        send(from, {tag, reply})
        loop(s)

      {:ev, who, label, t, op, target, res, extra} ->
        s = seen(s, t)
        ev = %{tick: tick(s, t), who: who, label: label, n: s.n, op: op, target: target, res: res, extra: extra}
        loop(%{s | evs: [ev | s.evs], n: s.n + 1})

      {:left, who, t, r, extra} ->
        s = seen(s, t)
        ev = %{tick: tick(s, t), who: who, label: nil, n: s.n, op: :left, target: nil, res: r, extra: extra}
        loop(%{s | evs: [ev | s.evs], n: s.n + 1})

      {:armed, pid, tick, kind} ->
        loop(%{s | armed: [{pid, tick, kind} | s.armed]})

      {:seen, t} ->
        loop(seen(s, t))

      {:woken, late} ->
        loop(%{s | late: max(s.late, late)})

      {:fin, pid, how, t, v, trap} ->
        s = seen(s, t)
        p = s.procs[pid]
        s = put_in(s.procs[pid], %{p | fin: how, fseq: s.n, trap: trap})
        s = %{s | n: s.n + 1}

        if how == :ok and v != :none do
          ev = %{tick: tick(s, t), who: p.who, label: p.label, n: s.n, op: "return", target: nil, res: {:value, v}, extra: %{}}
          loop(%{s | evs: [ev | s.evs], n: s.n + 1})
        else
          loop(s)
        end

      {:spawned, label, tick} ->
        loop(%{s | spawned: [{label, tick} | s.spawned]})

      {:ref, ref, label} ->
        loop(put_in(s.refs[ref], label))

      {:DOWN, _, :process, pid, reason} ->
        t = Clock.now()
        s = seen(s, t)
        s = put_in(s.procs[pid], %{s.procs[pid] | end: tick(s, t), eseq: s.n, reason: {:reason, reason}})
        loop(maybe_quiet(%{s | n: s.n + 1}))

      _ ->
        loop(s)
    end
  end

  # Done when the root and every body is down and nothing new appears for two ticks.
  defp maybe_quiet(s) do
    q = make_ref()
    busy = Enum.any?(s.procs, fn {_, p} -> p.kind == :body and p.end == nil end)
    if not busy, do: Process.send_after(self(), {:quiet, q}, div(2 * s.us, 1000))
    %{s | quiet: q}
  end

  defp tick(s, t), do: Clock.tick_at(t, s.t0, s.us)

  defp seen(s, t) do
    l = Clock.late(t, s.t0, s.us)
    # earlier than a timer can be: very late against the tick before
    %{s | late: max(s.late, if(l < -8, do: 100, else: l))}
  end

  defp ask({:register, pid, label, kind, info, t}, s) do
    s = seen(s, t)
    run = Map.get(s.runs, label, 0) + 1
    who = if run == 1, do: label, else: "#{label}##{run}"
    Process.monitor(pid)
    p = %{who: who, label: label, run: run, kind: kind, info: info, start: tick(s, t), sseq: s.n, end: nil, eseq: nil, reason: nil, fin: nil, fseq: nil, trap: nil}
    s = %{s | n: s.n + 1, runs: Map.put(s.runs, label, run), latest: Map.put(s.latest, label, pid), quiet: nil}
    {{run, who}, put_in(s.procs[pid], p)}
  end

  defp ask({:whereis, label}, s), do: {s.latest[label], s}
  defp ask({:ref_label, ref}, s), do: {s.refs[ref], s}

  defp ask({:attempt, label}, s) do
    n = Map.get(s.attempts, label, 0) + 1
    {n, %{s | attempts: Map.put(s.attempts, label, n)}}
  end

  # ---- output -------------------------------------------------------------------------

  # A timer of the library that fired a whole tick late shows in the distance of the ticks.
  defp overslept(s) do
    a =
      for {_, p} <- s.procs, is_integer(t = p.info[:timeout]), p.fin == nil, p.reason == {:reason, :killed}, p.end == p.start + t + 1, do: 100

    b =
      for e <- s.evs, is_integer(t = e.extra[:timeout]), e.tick == e.extra.from + t + 1, do: 100

    Enum.max(a ++ b, fn -> 0 end)
  end

  defp finish(s, scenario, tick_ms) do
    procs = Map.values(s.procs)

    rows =
      procs
      |> Enum.sort_by(&{&1.start, &1.label, &1.run})
      |> Enum.map(fn p ->
        {e, r} = if p.end == nil or p.end > s.limit, do: {nil, "alive"}, else: {p.end, norm(p.reason, s)}
        [p.who, p.start, e, r]
      end)

    hidden = ["under", "bound", "trap_exit", :left]

    trace =
      s.evs
      |> Enum.reject(&(&1.op in hidden or &1.tick > s.limit))
      |> Enum.sort_by(&{&1.tick, &1.who, &1.n})
      |> Enum.map(fn e -> [e.tick, e.who, e.op, norm(e.target, s), norm(e.res, s)] end)

    %{
      late: s.late,
      line:
        {:obj,
         [{"id", scenario["id"]}] ++
           if(s.unsupported, do: [{"unsupported", true}], else: []) ++
           if(s.invalid, do: [{"invalid", s.invalid}], else: []) ++
           Oracle.Collide.collide(s, procs) ++
           [{"procs", rows}, {"trace", trace}]}
    }
    |> Map.put(:tick_ms, tick_ms)
  end
end
