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
quick = worker.(120)
slow = worker.(500)
third = worker.(120)
Process.sleep(100)

#: quick
in_time = Task.shutdown(quick, 300)
#: slow
too_slow = Task.shutdown(slow, 300)
#: third
brutal = Task.shutdown(third, :brutal_kill)
#: end
%{inTime: in_time, tooSlow: too_slow, brutal: brutal}
