pages = [1, 2, 3, 4, 5, 6]
on_timeout = %{"killTask" => :kill_task, "exit" => :exit}

#: wait
pages
|> Task.async_stream(
#: body
  fn page -> Api.get!("/pages/#{page}") end,
#: wait
  max_concurrency: Api.knob("limit"),
  timeout: Api.knob("timeout"),
  on_timeout: on_timeout[Api.knob("onTimeout")]
)
|> Enum.to_list()
