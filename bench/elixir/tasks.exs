# What a task and an item of a stream cost in Elixir:
#
#   elixir bench/elixir/tasks.exs <count>
#
# Prints one line of JSON: nanoseconds by the clock, after a warm-up.
[count] = System.argv() |> Enum.map(&String.to_integer/1)

awaits = fn count ->
  Enum.each(1..count, fn item ->
    ^item = Task.await(Task.async(fn -> item end))
  end)
end

items = fn count ->
  1..count
  |> Task.async_stream(fn item -> item end, max_concurrency: 100)
  |> Enum.each(fn {:ok, item} when is_integer(item) -> :ok end)
end

measure = fn work ->
  work.(div(count, 5))
  :erlang.garbage_collect()
  {microseconds, :ok} = :timer.tc(fn -> work.(count) end)
  microseconds * 1000 / count
end

await_ns = measure.(awaits)
item_ns = measure.(items)

IO.puts(
  ~s({"awaitNs": #{await_ns}, "itemNs": #{item_ns}, ) <>
    ~s("elixir": "#{System.version()}", "otp": "#{System.otp_release()}"})
)
