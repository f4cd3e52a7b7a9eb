defmodule Oracle.Collide do
  # Could the outcome depend on who comes first within a tick?
  #
  # Errs on the side of saying so.  Sequence numbers (:n of events; :sseq, :fseq, :eseq of a
  # process for start, own end of its body, death) tell cause from coincidence.

  import Oracle.Normal, only: [norm: 2]

  def collide(s, procs) do
    evs = Enum.reverse(s.evs)
    by_label = Enum.group_by(procs, & &1.label)
    by_who = Map.new(procs, &{&1.who, &1})
    cx = %{s: s, procs: procs, evs: evs, by_label: by_label, by_who: by_who}

    found =
      timers(cx) ++ echoes(cx) ++ rivals(cx) ++ ends(cx) ++ touches(cx) ++ unborn(cx) ++ under(cx) ++ mailboxes(cx) ++ crowds(cx) ++ strays(cx)

    case found |> Enum.uniq() |> Enum.sort() do
      [] -> []
      l -> [{"collide", l}]
    end
  end

  # Two timers of different owners in one tick; or something else in the tick of a timer.
  defp timers(%{s: s, procs: procs, evs: evs}) do
    expired =
      for e <- evs, is_integer(e.extra[:timeout]), e.extra.timeout > 0, e.tick == e.extra.from + e.extra.timeout do
        timed_out =
          case {e.op, e.res} do
            {:left, r} -> match?({:timeout, _}, r)
            {"yield", r} -> r == nil
            {"yield_many", l} -> Enum.any?(l, &is_nil/1)
            {"shutdown", r} -> r == {:exit, :killed}
            _ -> false
          end

        {e, timed_out}
      end

    met = MapSet.new(for {e, _} <- expired, do: {e.who, e.tick})
    killed = fn p -> p.reason == {:reason, :killed} and p.fin == nil and p.end != nil end

    wakes =
      for({pid, t, :sleep} <- s.armed, p = s.procs[pid], p.end == nil or p.end >= t, do: {t, p.who}) ++
        for({e, true} <- expired, do: {e.tick, e.who}) ++
        for(p <- procs, killed.(p), is_integer(p.info[:shutdown]), do: {p.end, "grace of " <> p.who}) ++
        for p <- procs, is_integer(t = p.info[:timeout]), p.end == nil or p.end >= p.start + t, do: {p.start + t, "timer of " <> p.who}

    wakes
    |> Enum.group_by(&elem(&1, 0), &elem(&1, 1))
    |> Enum.filter(fn {_, who} -> length(Enum.uniq(who)) > 1 end)
    |> Enum.map(fn {t, _} -> "wakes@#{t}" end)
    |> Enum.concat(for {e, false} <- expired, do: "edge@#{e.tick}")
    |> Enum.concat(for {pid, t, :op} <- s.armed, p = s.procs[pid], p.end == t, {p.who, t} not in met, do: "edge@#{t}")
    |> Enum.concat(
      for p <- procs, is_integer(t = p.info[:timeout]), p.end != nil, p.end - p.start == t, not killed.(p), do: "edge@#{p.end}"
    )
    |> Enum.concat(
      for e <- evs, e.op == "wait_exit", p = s.procs[e.extra.self], is_integer(p.info[:shutdown]),
          p.end == e.tick + p.info.shutdown, p.fin != nil, do: "edge@#{p.end}"
    )
    |> Enum.concat(
      for p <- procs, p.fin != nil, p.end != nil, is_integer(g = p.info[:shutdown]), (p.end - g) in strikes(evs, procs -- [p]), do: "edge@#{p.end}"
    )
  end

  # The ticks in which a supervisor may have begun to stop a child.
  defp strikes(evs, procs) do
    for(e <- evs, kills?(e), do: e.extra[:since] || e.tick) ++ for(p <- procs, p.end != nil, do: p.end)
  end

  # An operation that looks or strikes at once, on a process that starts, or ends by itself, in
  # the same tick.
  defp touches(%{evs: evs, by_label: by_label}) do
    for e <- evs, instant?(e), l <- e.extra[:targets] || List.wrap(e.target), p <- Map.get(by_label, l, []), touched?(e, p, evs) do
      "touch@#{e.tick}"
    end
  end

  defp instant?(e), do: kills?(e) or e.extra[:touch] == true or e.extra[:timeout] == 0
  defp kills?(e), do: e.extra[:kill] == true or e.extra[:op] == "shutdown"

  defp touched?(e, p, evs) do
    t = e.extra[:from] || e.tick
    born = p.start == t and p.sseq < e.n
    gone = p.end == t
    answered = Enum.any?(evs, &(&1.op == "wait_exit" and &1.who == p.who and &1.tick == t))
    born or (gone and not kills?(e)) or (gone and p.fin != nil and not answered)
  end

  # A signal to a linked process whose end would end the sender, but for the sender's own end
  # in the same tick.
  defp echoes(%{evs: evs, by_label: by_label, by_who: by_who}) do
    for e <- evs, e.extra[:echo] == true, me = by_who[e.who], me.fin != nil, me.end == e.tick,
        p <- Map.get(by_label, e.target, []), p.end == e.tick do
      "echo@#{e.tick}"
    end
  end

  # A process that ends starts a race between its links and a supervisor that ends with it, for
  # a child of that one which is linked to it as well; or both are children of one that stops,
  # which may wait for the child for ever.
  defp rivals(%{s: s, procs: procs, evs: evs, by_label: by_label, by_who: by_who}) do
    stops? = fn p, sup, tick -> Enum.any?(evs, &(waited?(&1, p, tick) and s.procs[&1.extra.chosen] == sup)) end

    for p <- procs, me = by_who[p.info[:linked]], me.end != nil, sup <- Map.get(by_label, p.info[:sup], []),
        race?(p, me, sup) or (told?(p, me.end, evs) and p.end != nil and sup.end != nil) or stops?.(p, sup, me.end) do
      "rivals@#{me.end}"
    end
  end

  defp race?(p, me, s) do
    same = me.reason == {:reason, :shutdown} and p.info[:shutdown] != "brutal_kill"
    own = s.end == me.end or me.info[:sup] == s.label
    p.fin == nil and p.end == me.end and own and not same
  end

  defp told?(p, tick, evs), do: Enum.any?(evs, &waited?(&1, p, tick))
  defp waited?(e, p, tick), do: e.op == "wait_exit" and e.who == p.who and e.tick == tick

  # Of two linked processes one ends by itself in the tick in which the other one does so, too,
  # or begins.
  defp ends(%{procs: procs, evs: evs, by_who: by_who}) do
    for p <- procs, me = by_who[p.info[:linked]], me.fin != nil, meet?(p, me, evs),
        not Enum.any?(evs, &(&1.who == me.who and &1.op in ["shutdown", "ignore", "unlink"] and &1.target == p.label)) do
      "ends@#{me.end}"
    end
  end

  defp meet?(p, me, evs) do
    crash = p.fin == :bad and not me.trap
    struck = me.fin == :bad and p.fin != nil and p.start == p.end and not p.trap
    told = Enum.any?(evs, &(&1.who == p.who and &1.op in ["inbox", "wait_exit", "trap_exit"]))
    (p.end == me.end and (crash or struck)) or (p.start == me.end and told)
  end

  # Ended by a signal in the tick of its start, or before it could even report its start; or
  # active in the tick in which a signal ends it.
  defp unborn(%{s: s, procs: procs, evs: evs, by_label: by_label, by_who: by_who}) do
    for(p <- procs, p.kind == :body, p.end != nil, p.end == p.start, p.fin == nil, do: "spawnkill@#{p.end}") ++
      for({label, t} <- s.spawned, not Map.has_key?(by_label, label), do: "spawnkill@#{t}") ++
      for(e <- evs, l = e.extra[:pull], not Map.has_key?(by_label, l), not refused?(e, evs, by_who, s), do: "spawnkill@#{e.tick}") ++
      for(e <- evs, e.op == "wait_exit", p = by_who[e.who], p.start == e.tick, do: "spawnkill@#{e.tick}") ++
      for p <- procs, p.end != nil, p.fin == nil, last = last_event(p, evs), not suicide?(last, p), do: "active@#{p.end}"
  end

  # What a process did in the tick of its end; a signal to itself ends it then and there.
  defp last_event(p, evs), do: evs |> Enum.filter(&(&1.who == p.who and &1.tick == p.end)) |> List.last()
  defp suicide?(e, p), do: e.op == "exit_signal" and e.target == p.label

  # the supervisor of a stream refused the task, or is no more
  defp refused?(e, evs, by_who, s) do
    own = for x <- evs, x.who == e.who, x.tick == e.tick, x.op == "catch", do: norm(x.res, s)
    p = by_who[e.who]
    last = if p && p.end == e.tick, do: [norm(p.reason, s)], else: []
    text = Oracle.JSON.encode(own ++ last)
    String.contains?(text, "\"max_children\"") or String.contains?(text, "\"noproc\"")
  end

  # A request to a supervisor in the tick in which one of its children ends, or it does itself;
  # or one that waits, and behind which a stop waits.
  defp under(%{procs: procs, evs: evs, by_label: by_label, by_who: by_who}) do
    limited = fn name -> Enum.any?(Map.get(by_label, name, []), &(&1.info[:opts]["max_children"] != nil)) end

    for(e <- evs, name = e.extra[:sup] || (e.op == "under" && limited.(e.target) && e.target), p <- procs, p.info[:sup] == name,
        p.end == e.tick, not settled?(p, e, evs, by_who), do: "sup@#{e.tick}") ++
      for(e <- evs, e.op == "under", s <- Map.get(by_label, e.target, []), s.end == e.tick,
        not settled?(s, e, evs, by_who), do: "sup@#{e.tick}") ++
      for(e <- evs, e.op == "under", t = answered(e, evs, by_who), t > e.tick, x <- evs, x.target == e.target,
          x.op in ["stop_sup", "exit_signal"], (x.extra[:since] || x.tick) in e.tick..t, do: "sup@#{t}")
  end

  # the tick in which the process of e did the next thing, or ended
  defp answered(e, evs, by_who) do
    case Enum.find(evs, &(&1.who == e.who and &1.n > e.n)) do
      nil -> by_who[e.who].end || 0
      next -> next.tick
    end
  end

  # p ended, in the tick of e, after e because of what the process of e did next or of its own
  # end; or before e because the process of e had it terminated.
  defp settled?(p, e, evs, by_who) do
    me = by_who[e.who]
    own = Enum.filter(evs, &(&1.who == e.who and &1.tick == e.tick and &1.extra[:kill] == true))
    later = Enum.any?(own, &(&1.n > e.n and &1.n < p.eseq)) or (me.end == e.tick and me.fseq != nil and p.eseq > me.fseq)

    (p.fin == nil and p.eseq > e.n and later) or
      Enum.any?([e | own], &(&1.n <= e.n and &1.op in ["terminate_child", "t_terminate"] and &1.target == p.label and not struck?(p, &1, evs)))
  end

  # A signal before e, in the same tick: whether the supervisor hears of the end before it is
  # asked is open.
  defp struck?(p, e, evs), do: Enum.any?(evs, &(&1.n < e.n and &1.tick == e.tick and &1.op == "exit_signal" and &1.target == p.label))

  # Reading the mailbox in the tick in which a message may come; taking the first of two exit
  # messages of one tick.
  defp mailboxes(%{s: s, procs: procs, evs: evs, by_label: by_label, by_who: by_who}) do
    peers = fn e ->
      e.extra.peers
      |> Enum.flat_map(fn
        pid when is_pid(pid) -> [s.procs[pid]]
        ref when is_reference(ref) -> Map.get(by_label, s.refs[ref], [])
        _ -> []
      end)
      |> Enum.reject(&is_nil/1)
    end

    for(e <- evs, e.extra[:drained], p <- peers.(e), p.end == e.tick, not settled?(p, e, evs, by_who), do: "inbox@#{e.tick}") ++
      for(e <- evs, e.op == "links", p <- procs, p.end == e.tick, p.who != e.who, not settled?(p, e, evs, by_who), do: "inbox@#{e.tick}") ++
      for e <- evs, c = e.extra[:chosen], from = s.procs[c], t = if(from.end != nil and from.end <= e.tick, do: from.end, else: e.tick),
          p <- peers.(e), p != from, p.end == t, not settled?(p, e, evs, by_who) do
        "inbox@#{e.tick}"
      end
  end

  # Elements of one stream that end, or processes that crash, in one tick. Elements that
  # others end only matter when the consumer goes on.
  defp crowds(%{procs: procs, evs: evs}) do
    elements = for p <- procs, p.info[:stream], p.end, p.fin != nil or read_on?(p, evs), do: {{p.info.stream, p.end}, p.who}
    crashes = for p <- procs, p.fin == :bad, p.end, do: {p.end, p.label}

    many = fn pairs ->
      for {k, l} <- Enum.group_by(pairs, &elem(&1, 0), &elem(&1, 1)), length(Enum.uniq(l)) > 1, do: k
    end

    for({_, t} <- many.(elements), do: "elements@#{t}") ++ for(t <- many.(crashes), do: "crashes@#{t}")
  end

  defp read_on?(p, evs), do: Enum.any?(evs, &(&1.op in ["emit", "pull"] and "#{&1.who}/#{&1.target}" == p.info.stream and &1.n > p.eseq))

  # A consumer that is out of time empties its mailbox of the stream's messages, exits and catches
  # that. An element that it has started just before, in the same tick, may have ended before or
  # after: then its messages are gone, or still there when the mailbox is read.
  defp strays(%{evs: evs, by_label: by_label}) do
    for e <- evs, e.op == "catch", match?({:exit, {:timeout, {Task.Supervised, :stream, _}}}, e.res),
        Enum.any?(evs, &(&1.who == e.who and &1.extra[:drained] == true and &1.n > e.n)),
        pull <- evs, pull.who == e.who, pull.tick == e.tick, pull.n < e.n,
        p <- Map.get(by_label, pull.extra[:pull], []), p.end == e.tick do
      "strays@#{e.tick}"
    end
  end
end
