users = 1..Api.knob("count")
refused = :counters.new(1, [])

defmodule User do
  def load(user, refused) do
#: body
    Api.get!("/users/#{user}")
  rescue
    _refusal in RuntimeError ->
      :counters.add(refused, 1, 1)
      Process.sleep(Api.knob("pause"))
      load(user, refused)
#:
  end
end

measure = fn loading ->
  :counters.put(refused, 1, 0)
  {micros, _users} = :timer.tc(loading)
  %{refused: :counters.get(refused, 1), ms: div(micros, 1000)}
end

#: first
unbounded =
  measure.(fn ->
    users
    |> Enum.map(&Task.async(User, :load, [&1, refused]))
    |> Task.await_many(:infinity)
  end)

#: second
bounded =
  measure.(fn ->
    users
    |> Task.async_stream(User, :load, [refused],
      max_concurrency: Api.knob("limit"),
      timeout: :infinity
    )
    |> Enum.to_list()
  end)

#: end
faster = if bounded.ms < unbounded.ms, do: "bounded", else: "unbounded"
IO.puts("#{unbounded.ms} ms unbounded, #{bounded.ms} ms bounded")
%{
  faster: faster,
  refused: %{unbounded: unbounded.refused, bounded: bounded.refused}
}
