pages = 1..Api.knob("count")

#: wait
pages
|> Task.async_stream(
#: body
  fn page -> Api.get!("/pages/#{page}") end,
#: wait
  max_concurrency: Api.knob("limit")
)
|> Enum.to_list()
