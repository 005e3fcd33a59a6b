# Sourced by bench/gateway, bench/reports and bench/pages: a temporary directory, a Purser in it, and a caller.

work="$(mktemp -d "${TMPDIR:-/tmp}/purser-bench.XXXXXX")"
started=()
stop_all() {
  local pid
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap stop_all EXIT

[ -r /proc/self/stat ] || { echo "The measurements read /proc, which only Linux has." >&2; exit 1; }

# need COMMAND [PATH]: where it is, or one line that says that it is missing
need() {
  command -v "$1" 2>/dev/null && return
  if [ -x "${2:-}" ]; then echo "$2"; return; fi
  echo "This needs $1: install it (Debian: apt install $1; Fedora: dnf install $1)." >&2
  exit 1
}

calculate() { awk "BEGIN { printf \"%.6f\", $1 }"; }

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 20000))
    if ! (exec 3<> "/dev/tcp/127.0.0.1/$port") 2>/dev/null; then echo "$port"; return; fi
  done
}

# await_port PORT PID LOG
await_port() {
  local tries
  for tries in $(seq 600); do
    if (exec 3<> "/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return; fi
    if ! kill -0 "$2" 2>/dev/null; then break; fi
    sleep 0.1
  done
  echo "Nothing listens on port $1 after $((tries / 10)) s:" >&2
  tail -20 "$3" >&2
  exit 1
}

# Starts Purser in the temporary directory: sets purser_pid and purser_url.
start_purser() {
  local port
  port="$(free_port)"
  purser_url="http://127.0.0.1:$port"
  export PURSER_HOST=127.0.0.1 PURSER_PORT="$port" PURSER_DATA_DIR="$work/data" PURSER_DRAIN_SECONDS=1
  cd "$work"
  "$root/run" prices list > /dev/null # builds, if that is needed
  "$root/run" serve > "$work/purser.log" 2>&1 &
  purser_pid=$!
  started+=("$purser_pid")
  await_port "$port" "$purser_pid" "$work/purser.log"
}

stop_purser() {
  local pid kept=()
  kill "$purser_pid"
  wait "$purser_pid" || true
  for pid in "${started[@]}"; do [ "$pid" = "$purser_pid" ] || kept+=("$pid"); done
  started=("${kept[@]}")
}

# call METHOD PATH [BODY]: the management API's answer
call() {
  "$curl" --silent --show-error --fail-with-body --request "$1" --header "@$work/authorization" \
    --header "Content-Type: application/json" ${3:+--data "$3"} "$purser_url$2"
}

# field NAME: the last text or number of that name in the JSON on standard input (an object's own come after its rows)
field() { tr -d '\n' | sed -n "s/.*\"$1\" *: *\"\{0,1\}\([^\",}]*\).*/\1/p"; }

email_of() { echo "bench-$1-$$@example.com"; }

# make_user NAME: a user and an access token, by command; the token's header is kept for call, the password for sign_in
make_user() {
  head -c 24 /dev/urandom | base64 | tr -d '\n' > "$work/password.$1"
  "$root/run" user add "$(email_of "$1")" --password-stdin < "$work/password.$1" > /dev/null
  printf 'Authorization: Bearer %s\n' \
    "$("$root/run" token create --user "$(email_of "$1")" --name bench | tail -1)" > "$work/authorization.$1"
  cp "$work/authorization.$1" "$work/authorization"
}

# fill NAME COUNT: a user with ten agents, whose virtual keys are in the order of their making; then the calls, while nobody serves
fill() {
  local name="$1" count="$2" number agent
  start_purser
  make_user "$name"
  for number in $(seq 10); do
    agent="$(call POST /api/agents "{\"name\":\"agent $number\"}" | field id)"
    call POST "/api/agents/$agent/virtual-keys" '{"name":"bench"}' > /dev/null
  done
  stop_purser
  echo "writing $count calls" >&2
  "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -cp "$root/target/classes:$root/target/lib/*" "$root/src/test/java/dev/purser/bench/FillLedger.java" \
    "${PURSER_DATABASE_URL:-jdbc:sqlite:$(echo "$work"/data/*.db)}" "$(email_of "$name")" "$count"
  sync # gigabytes still on their way to the disk would stand in the way of the first thing that Purser writes
}

# agent_named NAME: its identifier
agent_named() {
  call GET /api/agents | tr -d '\n' | sed 's/"virtualKeys" *: *\[[^]]*\]//g' | tr '{' '\n' | grep "\"name\" *: *\"$1\"" | field id
}

# make_caller PROVIDER NAME MODE: a provider key, a budget of that mode that is never reached, an agent and its virtual key
make_caller() {
  local secret=sk-ant-api03-bench-0000000000000000 agent version
  [ "$1" = anthropic ] || secret=sk-proj-bench-0000000000000000000000
  make_user "$2"
  call PUT "/api/keys/$1" "{\"key\":\"$secret\"}" > /dev/null
  version="$(call GET /api/settings | field version)"
  call PATCH /api/settings "{\"monthlyBudgetCents\":100000000,\"budgetMode\":\"$3\",\"version\":$version}" > /dev/null
  agent="$(call POST /api/agents '{"name":"bench"}' | field id)"
  virtual_key="$(call POST "/api/agents/$agent/virtual-keys" '{"name":"bench"}' | field secret)"
}

# ledger_summary NAME: what is on the books of make_caller's
ledger_summary() {
  local summary
  cp "$work/authorization.$1" "$work/authorization"
  summary="$(call GET /api/usage/summary)"
  echo "The ledger of \"$1\" has $(field requestCount <<< "$summary") calls: $(field reportedCount <<< "$summary") reported by the provider," \
    "$(field estimatedCount <<< "$summary") estimated (cut when a turn ended), $(field interruptedCount <<< "$summary") interrupted."
}
