pages = 1..12

#: wait
pages
|> Task.async_stream(
#: body
  fn page -> Api.get!("/pages/#{page}") end,
#: wait
  max_concurrency: 4
)
|> Enum.to_list()
