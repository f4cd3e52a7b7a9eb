defmodule Oracle.Clock do
  def now, do: System.monotonic_time(:microsecond)

  # An event belongs to the tick whose nominal instant is at most 3/4 tick before it and at
  # most 1/4 tick after it: real timers run late, hardly ever early.
  def tick(%{t0: t0, tick_us: us}), do: tick_at(now(), t0, us)
  def tick_at(t, t0, us), do: Integer.floor_div(4 * (t - t0) + us, 4 * us)

  # share of a tick by which the instant t is late against its tick, in percent
  def late(t, t0, us), do: div(100 * (t - t0 - tick_at(t, t0, us) * us), us)

  # milliseconds from now until n ticks after the present tick
  def ms(_st, "infinity"), do: :infinity
  def ms(_st, 0), do: 0

  def ms(st, n) do
    target = st.t0 + (tick(st) + n) * st.tick_us
    max(0, Integer.floor_div(target - now() + 999, 1000))
  end

  # a duration handed to the library once and for all (stream timeout, child shutdown)
  def fixed(_st, "infinity"), do: :infinity
  def fixed(_st, "brutal_kill"), do: :brutal_kill
  def fixed(_st, 0), do: 0
  def fixed(st, n), do: div(n * st.tick_us, 1000) - 1

  def sleep(_st, 0), do: :ok

  def sleep(st, n) do
    t = now()
    send(st.c, {:seen, t})
    wake = tick_at(t, st.t0, st.tick_us) + n
    target = st.t0 + wake * st.tick_us
    send(st.c, {:armed, self(), wake, :sleep})
    sleep_until(target)
    send(st.c, {:woken, div(100 * (now() - target), st.tick_us)})
    :ok
  end

  defp sleep_until(target) do
    left = target - now()

    if left > 0 do
      Process.sleep(div(left + 999, 1000))
      sleep_until(target)
    end
  end
end
