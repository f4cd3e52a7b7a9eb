#: start
{:ok, caller} =
  Task.start(fn ->
    work =
      Task.async(fn ->
#: work
        Process.sleep(300)
        :done
#: start
      end)

    boom =
      Task.async(fn ->
#: boom
        Process.sleep(Api.knob("after"))
        if Api.knob("crash"), do: raise("boom")
#: start
      end)

#: caller
    Task.await(work)
    Task.await(boom)
#: start
  end)

#: end
# A monitor tells how the caller ended.
ref = Process.monitor(caller)

receive do
  {:DOWN, ^ref, :process, ^caller, reason} -> reason
end
