# Runs a lesson's program and prints its outcome as JSON, for
# web/tools/parity/record.mjs. The program finds a module Api, whose answers
# are those of the lesson's world: the same latencies, failures and bounds
# that Belay meets, waited for on the real clock.
#
#   elixir api.exs main.exs WORLD
#
# WORLD is a term: %{
#   "fates" => %{{path, attempt} => {ms, fate, body, endpoint}},
#   "endpoints" => %{endpoint => %{"cpu" => ms, "capacity" => count, "flap" => %{...}}},
#   "cores" => count,
#   "knobs" => %{name => value}
# }
defmodule Server do
  @moduledoc """
  What requests share: how many are in flight at an endpoint, the cores, and
  the clock by which endpoints go up and down. That begins with the first
  request, as a program takes a while to be read.
  """
  use GenServer

  def start(cores), do: GenServer.start(__MODULE__, cores, name: __MODULE__)

  @doc "Whether there is room for one more; it leaves when its process ends, or with `leave`."
  def enter(endpoint, capacity), do: GenServer.call(__MODULE__, {:enter, endpoint, capacity})
  def leave(ref), do: GenServer.call(__MODULE__, {:leave, ref})

  @doc "Ms until `ms` of a core have been spent on this request."
  def core(ms), do: GenServer.call(__MODULE__, {:core, ms})

  @doc "Ms since the first request."
  def now, do: GenServer.call(__MODULE__, :now)

  @impl true
  def init(cores), do: {:ok, %{began: nil, inside: %{}, free: List.duplicate(0, cores)}}

  @impl true
  def handle_call({:enter, endpoint, capacity}, {pid, _}, state) do
    state = %{state | began: state.began || clock()}
    busy = Enum.count(state.inside, fn {_, at} -> at == endpoint end)

    if capacity != nil and busy >= capacity do
      {:reply, :full, state}
    else
      ref = Process.monitor(pid)
      {:reply, ref, put_in(state.inside[ref], endpoint)}
    end
  end

  def handle_call({:leave, ref}, _, state) do
    Process.demonitor(ref, [:flush])
    {:reply, :ok, %{state | inside: Map.delete(state.inside, ref)}}
  end

  def handle_call({:core, ms}, _, state) do
    now = clock() - state.began
    [first | others] = Enum.sort(state.free)
    done = max(now, first) + ms
    {:reply, done - now, %{state | free: [done | others]}}
  end

  def handle_call(:now, _, state), do: {:reply, clock() - state.began, state}

  @impl true
  def handle_info({:DOWN, ref, _, _, _}, state) do
    {:noreply, %{state | inside: Map.delete(state.inside, ref)}}
  end

  defp clock, do: System.monotonic_time(:millisecond)
end

defmodule Api do
  @down 10

  def open(world) do
    :ets.new(:fates, [:named_table, :public])
    :ets.new(:attempts, [:named_table, :public])
    :ets.insert(:fates, Map.to_list(world["fates"]))
    :persistent_term.put(:world, world)
    Server.start(world["cores"])
  end

  @doc "What the lesson's knob of this name stands at."
  def knob(name), do: Map.fetch!(:persistent_term.get(:world)["knobs"], name)

  @doc "The answer of `path`; raises when it fails, as the lesson's own get does."
  def get!(path) do
    attempt = :ets.update_counter(:attempts, path, 1, {path, 0})
    [{_, {ms, fate, body, name}}] = :ets.lookup(:fates, {path, attempt})
    endpoint = Map.get(:persistent_term.get(:world)["endpoints"], name, %{})

    case Server.enter(name, endpoint["capacity"]) do
      :full ->
        raise "429 #{path}"

      ref ->
        try do
          answer(path, ms, fate, body, endpoint)
        after
          Server.leave(ref)
        end
    end
  end

  defp answer(path, ms, fate, body, endpoint) do
    cond do
      down?(endpoint["flap"]) ->
        Process.sleep(min(ms, @down))
        raise "503 #{path}"

      fate == :hang ->
        Process.sleep(:infinity)

      true ->
        Process.sleep(ms)
        if endpoint["cpu"], do: Process.sleep(Server.core(endpoint["cpu"]))
        if fate == :fail, do: raise("#{body} #{path}"), else: body
    end
  end

  defp down?(nil), do: false

  defp down?(%{"up" => up, "down" => down} = flap) do
    begun = if flap["first"] == "down", do: up, else: 0
    rem(Server.now() + begun, up + down) >= up
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
[file, world] = System.argv()
{world, _} = Code.eval_string(world)
Api.open(world)
IO.puts(Canon.json(%{"version" => System.version(), "outcome" => Runner.run(file)}))
