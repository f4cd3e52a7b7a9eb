defmodule Oracle.JSON do
  # A small JSON reader and writer: integers only, no floats, no \u beyond latin-1.

  def decode!(text) do
    {v, rest} = value(skip(text))
    if skip(rest) != "", do: raise("trailing text after JSON value: #{inspect(rest)}")
    v
  end

  defp skip(<<c, r::binary>>) when c in [?\s, ?\t, ?\n, ?\r], do: skip(r)
  defp skip(r), do: r

  defp value("{" <> r), do: object(skip(r), %{})
  defp value("[" <> r), do: array(skip(r), [])
  defp value("\"" <> r), do: string(r, [])
  defp value("true" <> r), do: {true, r}
  defp value("false" <> r), do: {false, r}
  defp value("null" <> r), do: {nil, r}

  defp value(r) do
    case Integer.parse(r) do
      {n, rest} -> {n, rest}
      :error -> raise("bad JSON near #{inspect(String.slice(r, 0, 30))}")
    end
  end

  defp array("]" <> r, acc), do: {Enum.reverse(acc), r}

  defp array(r, acc) do
    {v, r} = value(r)

    case skip(r) do
      "," <> r -> array(skip(r), [v | acc])
      "]" <> r -> {Enum.reverse([v | acc]), r}
    end
  end

  defp object("}" <> r, acc), do: {acc, r}

  defp object("\"" <> r, acc) do
    {k, r} = string(r, [])
    ":" <> r = skip(r)
    {v, r} = value(skip(r))
    acc = Map.put(acc, k, v)

    case skip(r) do
      "," <> r -> object(skip(r), acc)
      "}" <> r -> {acc, r}
    end
  end

  defp string("\"" <> r, acc), do: {acc |> Enum.reverse() |> IO.iodata_to_binary(), r}
  defp string("\\n" <> r, acc), do: string(r, ["\n" | acc])
  defp string("\\t" <> r, acc), do: string(r, ["\t" | acc])
  defp string(<<?\\, c, r::binary>>, acc), do: string(r, [<<c>> | acc])
  defp string(<<c, r::binary>>, acc), do: string(r, [<<c>> | acc])

  # {:obj, pairs} keeps the order of its pairs; a plain map is written with sorted keys.
  def encode(v), do: v |> enc() |> IO.iodata_to_binary()

  defp enc(nil), do: "null"
  defp enc(true), do: "true"
  defp enc(false), do: "false"
  defp enc(n) when is_integer(n), do: Integer.to_string(n)
  defp enc(a) when is_atom(a), do: enc(Atom.to_string(a))
  defp enc(s) when is_binary(s), do: [?", esc(s), ?"]
  defp enc(l) when is_list(l), do: [?[, l |> Enum.map(&enc/1) |> Enum.intersperse(","), ?]]

  defp enc({:obj, pairs}) do
    [?{, pairs |> Enum.map(fn {k, v} -> [enc(to_string(k)), ":", enc(v)] end) |> Enum.intersperse(","), ?}]
  end

  defp enc(m) when is_map(m), do: enc({:obj, Enum.sort(m)})

  defp esc(s), do: for(<<c <- s>>, into: "", do: esc1(c))
  defp esc1(?"), do: "\\\""
  defp esc1(?\\), do: "\\\\"
  defp esc1(?\n), do: "\\n"
  defp esc1(?\t), do: "\\t"
  defp esc1(c), do: <<c>>
end
