{:ok, screen} = Agent.start_link(fn -> "" end)

search = fn word ->
#: body
  answer = Api.get!("/search/#{word}")
  Agent.update(screen, fn _old -> answer end)
  IO.puts("on the screen: #{answer}")
#:
end

searches =
  Enum.reduce(["b", "be", "bel", "bela"], [], fn word, searches ->
#:
    if Api.knob("cancel") and searches != [] do
      Task.shutdown(hd(searches))
    end

#: start
    task = Task.async(fn -> search.(word) end)
#:
    Process.sleep(Api.knob("pause"))
    [task | searches]
  end)

#: wait
Task.await(hd(searches))
#: end
still_running = Enum.count(searches, &Process.alive?(&1.pid))
%{screen: Agent.get(screen, & &1), stillRunning: still_running}
