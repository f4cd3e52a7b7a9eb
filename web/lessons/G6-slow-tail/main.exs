count = Api.knob("count")
deadline = Api.knob("deadline")

ask = fn user ->
#: body
  {micros, _price} = :timer.tc(fn -> Api.get!("/prices/#{user}") end)
  div(micros, 1000)
#:
end

answers =
  Task.async_stream(1..count, ask,
    max_concurrency: 10,
    ordered: false,
    timeout: if(Api.knob("fallback"), do: deadline, else: :infinity),
    on_timeout: :kill_task
  )

#: wait
waits =
  Enum.map(answers, fn
    {:ok, wait} -> {:fresh, wait}
    {:exit, :timeout} -> {:stale, deadline} # yesterday's price will do
  end)

#: end
stale = Enum.count(waits, &match?({:stale, _}, &1))
sorted = waits |> Enum.map(&elem(&1, 1)) |> Enum.sort()
tenths = fn share -> div(Enum.at(sorted, ceil(share * count) - 1), 100) / 10 end
%{
  fresh: count - stale,
  stale: stale,
  seconds: %{p50: tenths.(0.5), p99: tenths.(0.99)}
}
