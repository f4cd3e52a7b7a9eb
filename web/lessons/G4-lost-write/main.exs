new_key = fn -> make_ref() end

pay = fn ledger, key ->
#: body
  Process.sleep(200) # on its way to the bank
  Agent.update(ledger, &Enum.uniq([key | &1]))
  Process.sleep(200) # the receipt is on its way back
#:
end

bookings = fn start ->
  {:ok, ledger} = Agent.start_link(fn -> [] end)
  {:ok, pid} = start.(ledger)
#:
  Process.sleep(Api.knob("crashAt"))
  Process.exit(pid, :kill)
#:
  Process.sleep(900)
  Agent.get(ledger, &length/1)
end

#: forgotten
forgotten =
  bookings.(fn ledger -> Task.start(fn -> pay.(ledger, new_key.()) end) end)

#: supervised
{:ok, shop} = Task.Supervisor.start_link()

supervised =
  bookings.(fn ledger ->
    Task.Supervisor.start_child(shop, fn -> pay.(ledger, new_key.()) end,
      restart: :transient
    )
  end)

#: keyed
key = new_key.()

keyed =
  bookings.(fn ledger ->
    Task.Supervisor.start_child(shop, fn -> pay.(ledger, key) end,
      restart: :transient
    )
  end)

#: end
Supervisor.stop(shop)
%{forgotten: forgotten, supervised: supervised, keyed: keyed}
