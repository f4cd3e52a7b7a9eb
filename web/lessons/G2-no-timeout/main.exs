load = fn page -> Api.get!("/pages/#{page}") end

read = fn limits ->
  {:ok, seen} = Agent.start_link(fn -> [] end)
  see = fn page -> Agent.update(seen, &[page | &1]) end

  reader =
    Task.async(fn ->
#: body
      options = [max_concurrency: 3, ordered: Api.knob("ordered")] ++ limits

      1..8
      |> Task.async_stream(load, options)
      |> Enum.each(fn
        {:ok, page} -> see.(page)
        {:exit, :timeout} -> see.("not there")
      end)
#: patience
    end)

  if Task.yield(reader, Api.knob("patience")) == nil do
    Task.shutdown(reader)
    see.("the reader left")
  end
#:

  Agent.get(seen, &Enum.reverse/1)
end

#: first
without = read.(timeout: :infinity)
#: second
within = read.(timeout: Api.knob("timeout"), on_timeout: :kill_task)
#: end
%{without: without, within: within}
