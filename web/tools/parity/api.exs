# Runs a lesson's program and prints its outcome as JSON, for
# web/tools/parity/record.mjs. The program finds a module Api, whose answers
# are those of the lesson's world: the same latencies and failures that Belay
# meets, waited for on the real clock.
#
#   elixir api.exs main.exs "%{ {path, attempt} => {ms, fate, body} }"
defmodule Api do
  def open(fates) do
    :ets.new(:fates, [:named_table, :public])
    :ets.new(:attempts, [:named_table, :public])
    :ets.insert(:fates, Map.to_list(fates))
  end

  @doc "The answer of `path`; raises when it fails, as the lesson's own get does."
  def get!(path) do
    attempt = :ets.update_counter(:attempts, path, 1, {path, 0})

    case :ets.lookup(:fates, {path, attempt}) do
      [{_, {_ms, :hang, _}}] ->
        Process.sleep(:infinity)

      [{_, {ms, :fail, status}}] ->
        Process.sleep(ms)
        raise "#{status} #{path}"

      [{_, {ms, :ok, body}}] ->
        Process.sleep(ms)
        body
    end
  end
end

defmodule Canon do
  @doc "A value as it is compared with other languages: see web/src/model/canon.ts."
  def of({:ok, value}), do: %{"ok" => of(value)}
  def of({:exit, reason}), do: %{"exit" => of(reason)}
  def of({:error, reason}), do: %{"error" => of(reason)}
  def of({%{__exception__: true} = error, stack}) when is_list(stack), do: of(error)
  def of({reason, {module, name, args}}) when is_atom(module) and is_atom(name) and is_list(args), do: of(reason)
  def of(%{__exception__: true} = error), do: %{"error" => Exception.message(error)}
  def of(value) when is_nil(value) or is_boolean(value) or is_number(value) or is_binary(value), do: value
  def of(value) when is_atom(value), do: Atom.to_string(value)
  def of([{key, _} | _] = list) when is_atom(key), do: Enum.map(list, &of/1)
  def of(list) when is_list(list), do: Enum.map(list, &of/1)
  def of(%{} = map), do: Map.new(map, fn {key, value} -> {to_string(key), of(value)} end)
  def of(tuple) when is_tuple(tuple), do: tuple |> Tuple.to_list() |> Enum.map(&of/1)
  def of(other), do: inspect(other)

  def json(nil), do: "null"
  def json(value) when is_boolean(value) or is_number(value), do: to_string(value)
  def json(text) when is_binary(text), do: inspect(text, printable_limit: :infinity)
  def json(list) when is_list(list), do: "[" <> Enum.map_join(list, ",", &json/1) <> "]"
  def json(map), do: "{" <> Enum.map_join(map, ",", fn {key, value} -> json(key) <> ":" <> json(value) end) <> "}"
end

defmodule Runner do
  @doc "The outcome of a program: a process of its own runs it, as its exit is one, too."
  def run(file) do
    me = self()
    {_pid, ref} = spawn_monitor(fn -> send(me, {:returned, file |> Code.eval_file() |> elem(0)}) end)

    case reason(ref) do
      :normal -> %{"returned" => Canon.of(value())}
      reason -> %{"threw" => Canon.of(reason)}
    end
  end

  defp reason(ref) do
    receive do
      {:DOWN, ^ref, _, _, reason} -> reason
    end
  end

  defp value do
    receive do
      {:returned, value} -> value
    end
  end
end

Logger.configure(level: :none)
[file, fates] = System.argv()
{fates, _} = Code.eval_string(fates)
Api.open(fates)
IO.puts(Canon.json(%{"version" => System.version(), "outcome" => Runner.run(file)}))
