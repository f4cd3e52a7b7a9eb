base = Api.knob("base")
requests = :counters.new(1, [])

defmodule Client do
  def ask(requests, base, tries) do
#: body
    :counters.add(requests, 1, 1)
    Api.get!("/stock")
  rescue
    _failure in RuntimeError ->
      back_off = base * 2 ** min(tries, 2)
      jittered = if Api.knob("jitter"), do: :rand.uniform(back_off), else: back_off
      Process.sleep(jittered)
      ask(requests, base, tries + 1)
#:
  end
end

#: start
clients =
  for _client <- 1..Api.knob("count") do
    Task.async(Client, :ask, [requests, base, 0])
  end

#: wait
answers = Task.await_many(clients, 60_000)
#: end
%{answers: length(answers), requests: :counters.get(requests, 1)}
