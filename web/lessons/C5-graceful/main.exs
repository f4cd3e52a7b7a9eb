worker = fn cleanup ->
  Task.async(fn ->
#: work
    # To be asked, not ended.
    Process.flag(:trap_exit, true)

    receive do
      {:EXIT, _from, :shutdown} -> :ok
    end

#: cleanup
    Process.sleep(cleanup)
    :"cleaned up"
#:
  end)
end

#: start
quick = worker.(Api.knob("quickly"))
slow = worker.(Api.knob("slowly"))
third = worker.(Api.knob("quickly"))
Process.sleep(100)

#: quick
in_time = Task.shutdown(quick, Api.knob("grace"))
#: slow
too_slow = Task.shutdown(slow, Api.knob("grace"))
#: third
brutal = Task.shutdown(third, :brutal_kill)
#: end
%{inTime: in_time, tooSlow: too_slow, brutal: brutal}
