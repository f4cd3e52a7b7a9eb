defmodule Oracle.Machine do
  # What is there: the version of Elixir, and stalls of the whole machine.

  def newer?, do: Version.match?(System.version(), ">= 1.15.0-dev")

  # Notes every stall of the whole machine: a scenario that ran across one is run again.
  def heartbeat do
    :ets.new(:oracle_stalls, [:named_table, :public, :ordered_set])
    for _ <- 1..2, do: spawn(fn -> beat(Oracle.Clock.now()) end)
  end

  defp beat(last) do
    Process.sleep(2)
    now = Oracle.Clock.now()
    if now - last > 6000, do: :ets.insert(:oracle_stalls, {now, now - last})
    beat(now)
  end

  # the longest stall seen since t0, in microseconds
  def stall(t0) do
    :ets.select(:oracle_stalls, [{{:"$1", :"$2"}, [{:>=, :"$1", t0}], [:"$2"]}]) |> Enum.max(fn -> 0 end)
  end
end
