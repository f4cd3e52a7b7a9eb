# Runs scenarios (one JSON object per line on stdin) on the real
# Task / Task.Supervisor / Supervisor and prints one outcome in normal form per line.
# See README.md in this directory for the language and the meaning of the output.
#
#   elixir oracle.exs [--tick MS] [--par N] [--tries N] < scenarios > outcomes
#   elixir oracle.exs --check examples.txt [--tick MS]
#   elixir oracle.exs --record examples.txt          (prints the file with fresh outcomes)

:logger.set_primary_config(:level, :none)

for part <- ~w(json clock machine body normal collide collector) do
  Code.require_file("oracle/#{part}.exs", __DIR__)
end

defmodule Oracle do
  # Loads the code that scenarios use, lest the first of them wait for the disk.
  defp warm_up do
    [
      ~s({"id":"w","limit":9,"body":[["trap_exit",true],["sup","S",{"max_children":2}],["async_sup","a","S",[["return",1]]],["await","a",5],["async_nolink","b","S",[["raise","x"]]],["yield","b",5],["start_child","c","S",[["hang"]]],["async_nolink","d","S",[["hang"]]],["catch",[["async_nolink","e","S",[]]]],["shutdown","d",1],["count","S"],["async","f",[["catch",[["shutdown","b",1]]]]],["catch",[["await","f",3]]],["stop_sup","S","normal"]]}),
      ~s({"id":"w","limit":9,"body":[["trap_exit",true],["stream","s",[[["exit","x"]],[["hang"]]],{"timeout":2,"on_timeout":"kill_task"}],["tree","T",{},[{"id":"a","body":[["hang"]]}]],["t_which","T"],["t_count","T"],["stop_sup","T","shutdown"],["inbox"]]})
    ]
    |> Enum.each(fn line ->
      scenario = Oracle.JSON.decode!(line)
      Task.await(Task.async(fn -> Oracle.Collector.run(scenario, 20) end), :infinity)
    end)
  end

  def main(argv) do
    Oracle.Machine.heartbeat()
    warm_up()
    {o, _, _} = OptionParser.parse(argv, strict: [tick: :integer, par: :integer, tries: :integer, check: :string, record: :string])
    tick = o[:tick] || 20
    par = o[:par] || 200
    tries = o[:tries] || 6

    cond do
      f = o[:check] -> check(f, tick, par, tries)
      f = o[:record] -> record(f, tick, par, tries)
      true -> IO.stream(:stdio, :line) |> scenarios() |> run_all(tick, par, tries) |> Enum.each(&IO.puts/1)
    end
  end

  defp scenarios(lines) do
    for l <- lines, l = String.trim(l), String.starts_with?(l, "{"), do: Oracle.JSON.decode!(l)
  end

  # Runs all scenarios; those during which the machine was too slow to tell the ticks apart
  # are run again, fewer at a time.  The tick stays: defaults in ms or s depend on it.
  def run_all(list, tick, par, tries) do
    list |> Enum.with_index() |> pass(tick, par, tries, %{}) |> Enum.sort() |> Enum.map(fn {_, line} -> line end)
  end

  defp pass([], _, _, _, acc), do: acc

  defp pass(list, tick, par, tries, acc) do
    res =
      list
      |> Task.async_stream(
        fn {sc, i} ->
          Process.sleep(:rand.uniform(max(4 * tick, par * 2)))
          {i, sc, Oracle.Collector.run(sc, tick)}
        end,
        max_concurrency: par,
        timeout: :infinity,
        ordered: false
      )
      |> Enum.map(&elem(&1, 1))

    {good, bad} = Enum.split_with(res, fn {_, _, out} -> out.late <= 50 or tries <= 1 end)

    acc =
      Enum.reduce(good, acc, fn {i, _, out}, acc ->
        {:obj, pairs} = out.line
        pairs = if out.late > 50, do: List.insert_at(pairs, 1, {"late", true}), else: pairs
        Map.put(acc, i, Oracle.JSON.encode({:obj, pairs}))
      end)

    again = for {i, sc, _} <- bad, do: {sc, i}

    if again != [] do
      IO.puts(:stderr, "# #{length(again)} of #{length(list)} scenarios ran late, again")
      Process.sleep(500)
    end

    pass(again, tick, max(60, div(par, 2)), tries - 1, acc)
  end

  # examples file: lines "> {scenario}" each followed by "< {outcome}"; others are comments
  defp parse(file) do
    file |> File.read!() |> String.split("\n") |> Enum.filter(&(String.starts_with?(&1, "> ") or String.starts_with?(&1, "< ")))
  end

  defp check(file, tick, par, tries) do
    lines = parse(file)
    scs = for "> " <> l <- lines, do: Oracle.JSON.decode!(l)
    want = for "< " <> l <- lines, do: l
    got = run_all(scs, tick, par, tries)
    {odd, rest} = Enum.split_with(Enum.zip([scs, want, got]), fn {_, _, g} -> g =~ ~s("late":true) or g =~ ~s("unsupported":true) end)

    bad =
      for {sc, w, g} <- rest, w != g do
        IO.puts("DIFFERS #{sc["id"]}\n  want #{w}\n  got  #{g}")
      end

    IO.puts("#{length(rest)} scenarios compared with Elixir #{System.version()}, #{length(bad)} differ, #{length(odd)} not compared (late or unsupported)")
    if bad != [], do: System.halt(1)
  end

  defp record(file, tick, par, tries) do
    all = file |> File.read!() |> String.split("\n") |> Enum.reject(&String.starts_with?(&1, "< "))
    scs = for "> " <> l <- all, do: Oracle.JSON.decode!(l)
    got = run_all(scs, tick, par, max(tries, 40))

    {lines, []} =
      Enum.flat_map_reduce(all, got, fn
        "> " <> _ = l, [g | rest] -> {[l, "< " <> g], rest}
        l, rest -> {[l], rest}
      end)

    IO.write(Enum.join(lines, "\n"))
  end
end

Oracle.main(System.argv())
