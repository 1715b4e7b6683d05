-- For wrk: posts the JSON that stands behind `--`.
function init(args)
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/json"
    wrk.body = args[1]
end
