defmodule Oracle.Normal do
  # How terms are written in an outcome.

  def norm({:reason, r}, s), do: norm(r, s)
  def norm({:value, v}, _s), do: v
  def norm({:pid, pid}, s), do: norm(pid, s)
  def norm({:exception, e, st}, s), do: error(e, st, s)
  def norm({:error, {:exception, e, st}}, s), do: ["error", List.last(error(e, st, s))]
  def norm({:count, m}, _s), do: m
  def norm({:pids, pids}, s), do: pids |> Enum.map(&norm(&1, s)) |> Enum.sort()
  def norm({:pid_list, pids}, s), do: Enum.map(pids, &norm(&1, s))

  def norm({:inbox, msgs}, s) do
    msgs
    |> Enum.map(fn
      {:EXIT, pid, r} -> ["exit", norm(pid, s), norm(r, s)]
      {:DOWN, _, :process, pid, r} -> ["down", norm(pid, s), norm(r, s)]
      {ref, v} when is_reference(ref) -> ["reply", s.refs[ref], norm(v, s)]
      {{ref, i}, v} when is_reference(ref) -> ["stream_reply", i, norm(v, s)]
      {k, {ref, i}, r} when k in [:down, :timed_out] and is_reference(ref) -> ["stream_#{k}", i, norm(r, s)]
      _ -> ["other"]
    end)
    |> Enum.sort()
  end

  def norm(%Task{ref: ref}, s), do: s.refs[ref]
  def norm({r, {Task, f, [t | rest]}}, s), do: [norm(r, s), [Atom.to_string(f), norm(t, s) | Enum.map(rest, &ticks(&1, s))]]
  def norm({r, {Task.Supervised, :stream, [t]}}, s), do: [norm(r, s), ["stream", ticks(t, s)]]
  def norm({r, {GenServer, f, [target | _]}}, s), do: [norm(r, s), [Atom.to_string(f), norm(target, s)]]
  def norm({{:nocatch, v}, [h | _]}, s) when is_tuple(h) and tuple_size(h) == 4, do: ["nocatch", norm(v, s)]
  def norm({e, [h | _] = st}, s) when is_tuple(h) and tuple_size(h) == 4, do: error(e, st, s)
  def norm({e, []}, s) when is_atom(e) or is_struct(e), do: error(e, [], s)
  def norm(pid, s) when is_pid(pid), do: (case s.procs[pid] do nil -> "?"; p -> p.who end)
  def norm(:oracle_no_such_supervisor, _s), do: "none"
  def norm(v, _s) when is_atom(v) or is_integer(v) or is_binary(v), do: v
  def norm(l, s) when is_list(l), do: Enum.map(l, &norm(&1, s))
  def norm(t, s) when is_tuple(t), do: t |> Tuple.to_list() |> norm(s)
  def norm(%_{} = e, s), do: error(e, [], s)
  def norm(m, s) when is_map(m), do: Map.new(m, fn {k, v} -> {k, norm(v, s)} end)
  def norm(_, _), do: "?"

  defp error(%RuntimeError{message: "reached the maximum number of tasks" <> _}, _, _), do: ["error", "max_children"]
  defp error(%RuntimeError{message: m}, _, _), do: ["error", m]
  defp error(%mod{}, _, _), do: ["error", inspect(mod)]
  defp error(a, _, s), do: ["error", norm(a, s)]

  # milliseconds back to ticks; what was handed over was at most 3/4 tick short or 1/10 tick over
  defp ticks(ms, s) when is_integer(ms), do: -Integer.floor_div(-(ms * 1000 - div(s.us, 10)), s.us) |> max(0)
  defp ticks(other, s), do: norm(other, s)
end
