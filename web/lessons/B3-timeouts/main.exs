pages = [1, 2, 3, 4, 5, 6]

#: wait
pages
|> Task.async_stream(
#: body
  fn page -> Api.get!("/pages/#{page}") end,
#: wait
  max_concurrency: 4,
  timeout: 300,
  on_timeout: :kill_task
)
|> Enum.to_list()
