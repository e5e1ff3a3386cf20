#!/bin/bash
# First boot of an instance, on Debian, Ubuntu or Amazon Linux: runs one image as one container.
#
# Give it to a launch template as user data, with the settings below filled in, or name it in fleet.userData: a release
# puts its image for {{image}}. An image that is not pinned by digest is no release yet: then a page that answers 200 on
# the health path stands in, from what the machine image holds, so that the first release has something to return to.
# No setting holds a secret: user data can be read by whoever may describe the instance.
IMAGE='{{image}}'
NAME=wanzami-api
# The container's port, published as it is.
PORT=4000
HEALTH=/api/health
# Below which path of SSM Parameter Store the environment lies, such as /wanzami-api; empty: ENV_FILE is used as it is.
ENV_PARAMETERS=
# A database's secret in Secrets Manager, by name or ARN: its members become DATABASE_HOST, DATABASE_PASSWORD, …
DATABASE_SECRET=
ENV_FILE=/etc/wanzami.env
# A log group of CloudWatch; empty: the container's lines go to the console.
LOG_GROUP=
# Seconds until the first healthy answer, before the boot counts as failed; the container stays and is restarted.
START_WITHIN=180
# --- the same in every version from here on

set -Eeuo pipefail
export DEBIAN_FRONTEND=noninteractive HOME="${HOME:-/root}"
work=$(mktemp -d)
at=''

# cloud-init writes standard output to the console, where `wanzami-deploy` and EC2's console output show its end.
say() { printf 'wanzami: %s\n' "$*"; }
fail() { say "$*"; exit 1; }
finish() {
  local status=$?
  rm -rf "$work"
  [ "$status" = 0 ] || say "user data FAILED with exit $status${at:+ $at}"
}
trap 'at="at line $LINENO: $BASH_COMMAND"' ERR
trap finish EXIT

install_packages() {
  say "installing $*"
  if command -v apt-get >/dev/null; then
    # Debian and Ubuntu call the Engine docker.io.
    local names="${*/%docker/docker.io}"
    retry 5 apt-get -q -o DPkg::Lock::Timeout=300 update >/dev/null
    # shellcheck disable=SC2086 # words
    retry 5 apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends ca-certificates $names >/dev/null
  elif command -v dnf >/dev/null; then
    retry 5 dnf -q -y install "$@"
  else
    retry 5 yum -q -y install "$@"
  fi
}

# retry TIMES COMMAND…: with growing pauses; the last failure is the result.
retry() {
  local times=$1 turn=1
  shift
  until "$@"; do
    [ "$turn" -lt "$times" ] || return 1
    say "failed, turn $turn of $times: $1 ${2:-}"
    sleep "${RETRY_PAUSE:-$((turn < 5 ? 3 * turn : 15))}"
    turn=$((turn + 1))
  done
}

# Whatever needs AWS's word asks for it with the instance role's credentials, in the Python that cloud-init brings.
# AWS_EC2_METADATA_SERVICE_ENDPOINT and AWS_ENDPOINT_URL[_<SERVICE>] are honoured, as by AWS's own tools.
command -v python3 >/dev/null || install_packages python3
cat >"$work/aws.py" <<'PYTHON'
import datetime, hashlib, hmac, json, os, sys, time, urllib.error, urllib.parse, urllib.request

def http(method, url, headers, body=None):
    request = urllib.request.Request(url, method=method, headers=headers, data=body)
    return urllib.request.urlopen(request, timeout=10).read().decode()

def patient(what, call):
    """Credentials, routes and endpoints may come some seconds after the machine; a refusal is final."""
    for turn in range(8):
        try:
            return call()
        except urllib.error.HTTPError as error:
            words = error.read().decode(errors="replace").strip()[:500]
            reason = "HTTP %d %s" % (error.code, words)
            final = error.code in (400, 403) and "Throttl" not in words and "security-credentials" not in what
        except (OSError, ValueError) as error:
            reason, final = str(error), False
        if final or turn == 7:
            sys.exit("wanzami: %s failed: %s" % (what, reason))
        time.sleep(min(turn + 1, 5))

metadata = os.environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://169.254.169.254").rstrip("/")
session = patient("a metadata token (IMDSv2)", lambda: http(
    "PUT", metadata + "/latest/api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "300"}))

def meta(path):
    return patient("metadata " + path, lambda: http(
        "GET", metadata + "/latest/meta-data/" + path, {"X-aws-ec2-metadata-token": session}))

region, domain = meta("placement/region"), meta("services/domain")
folder = "iam/security-credentials/"
keys = json.loads(meta(folder + meta(folder).split()[0]))

def aws(service, host, target, members):
    """One call of a JSON service, signed: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html"""
    url = (os.environ.get("AWS_ENDPOINT_URL_" + service.upper()) or os.environ.get("AWS_ENDPOINT_URL")
           or "https://%s.%s.%s" % (host, region, domain)).rstrip("/") + "/"
    place, body = urllib.parse.urlsplit(url), json.dumps(members).encode()
    def send():
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        headers = {"content-type": "application/x-amz-json-1.1", "host": place.netloc, "x-amz-date": now,
                   "x-amz-security-token": keys["Token"], "x-amz-target": target}
        names = ";".join(sorted(headers))
        digest = lambda data: hashlib.sha256(data).hexdigest()
        canonical = "\n".join(["POST", place.path, ""] + ["%s:%s" % pair for pair in sorted(headers.items())]
                              + ["", names, digest(body)])
        scope = "/".join([now[:8], region, service, "aws4_request"])
        key = ("AWS4" + keys["SecretAccessKey"]).encode()
        for part in scope.split("/") + ["\n".join(["AWS4-HMAC-SHA256", now, scope, digest(canonical.encode())])]:
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        headers["authorization"] = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
            keys["AccessKeyId"], scope, names, key.hex())
        return json.loads(http("POST", url, headers, body))
    return patient(target, send)

def password():
    import base64
    token = aws("ecr", "api.ecr", "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken", {})
    print(base64.b64decode(token["authorizationData"][0]["authorizationToken"]).decode().split(":", 1)[1])

def environment(path, secret):
    lines, more = {}, {}
    while path:
        page = aws("ssm", "ssm", "AmazonSSM.GetParametersByPath", dict(Path=path, WithDecryption=True, **more))
        for parameter in page["Parameters"]:
            lines[parameter["Name"].rsplit("/", 1)[-1]] = parameter["Value"]
        if not page.get("NextToken"):
            break
        more = {"NextToken": page["NextToken"]}
    if secret:
        found = aws("secretsmanager", "secretsmanager", "secretsmanager.GetSecretValue", {"SecretId": secret})
        members = json.loads(found["SecretString"])
        for member, value in members.items():
            lines.setdefault("DATABASE_" + member.upper(), str(value))
        if {"engine", "username", "password", "host", "port", "dbname"} <= set(members):
            quoted = {member: urllib.parse.quote(str(value), safe="") for member, value in members.items()}
            lines.setdefault("DATABASE_URL", "{engine}://{username}:{password}@{host}:{port}/{dbname}".format(**quoted))
    for name, value in sorted(lines.items()):
        if "\n" in value:
            sys.exit("wanzami: parameter %s has several lines, which no --env-file can hold" % name)
        print("%s=%s" % (name, value))

{"password": password, "environment": environment}[sys.argv[1]](*sys.argv[2:])
PYTHON
cat >"$work/page.py" <<'PYTHON'
import http.server, sys

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        healthy = self.path.split("?")[0] == sys.argv[2]
        body = b'{"status":"ok","release":null}\n' if healthy else b"no release yet\n"
        self.send_response(200 if healthy else 503)
        self.send_header("Content-Type", "application/json" if healthy else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_HEAD = do_GET
    def log_message(self, *words):
        pass

http.server.ThreadingHTTPServer(("0.0.0.0", int(sys.argv[1])), Page).serve_forever()
PYTHON

# The health path's answer: its status, or 0.
health() {
  python3 -c 'import sys, urllib.error, urllib.request
try:
    print(urllib.request.urlopen(sys.argv[1], timeout=5).status)
except urllib.error.HTTPError as error:
    print(error.code)
except Exception:
    print(0)' "http://127.0.0.1:$PORT$HEALTH"
}

first_light() {
  say "$IMAGE is pinned to no digest: no release yet; a page answers 200 on $HEALTH meanwhile"
  mkdir -p /usr/local/lib/wanzami
  cp "$work/page.py" /usr/local/lib/wanzami/page.py
  local program
  program="$(command -v python3) /usr/local/lib/wanzami/page.py $PORT $HEALTH"
  if [ -d /run/systemd/system ]; then
    printf '[Service]\nExecStart=%s\nRestart=always\nDynamicUser=yes\n\n[Install]\nWantedBy=multi-user.target\n' \
      "$program" >/etc/systemd/system/wanzami-first-light.service
    systemctl daemon-reload
    systemctl enable --now wanzami-first-light.service
  else
    # shellcheck disable=SC2086 # words
    setsid nohup $program </dev/null >/dev/null 2>&1 &
  fi
  await_health 30 || fail "the page does not answer on port $PORT (last: $status)"
}

start_engine() {
  command -v docker >/dev/null || install_packages docker
  # Newer Debians keep the command apart.
  command -v docker >/dev/null || install_packages docker-cli
  if [ -d /run/systemd/system ]; then
    systemctl enable --now docker
  elif ! docker version >/dev/null 2>&1; then
    # A machine without systemd, such as a test's.
    setsid nohup dockerd </dev/null >/var/log/dockerd.log 2>&1 &
  fi
  local waited=0
  until docker version >/dev/null 2>&1; do
    waited=$((waited + 1))
    [ "$waited" -le 60 ] || fail "the Docker Engine does not answer: $(docker version 2>&1 | tail -n 1)"
    sleep 1
  done
}

write_environment() {
  if [ -n "$ENV_PARAMETERS$DATABASE_SECRET" ]; then
    (umask 077 && python3 "$work/aws.py" environment "$ENV_PARAMETERS" "$DATABASE_SECRET" >"$work/env")
    install -m 600 "$work/env" "$ENV_FILE"
    say "$(wc -l <"$ENV_FILE") variables from $ENV_PARAMETERS $DATABASE_SECRET"
  elif [ ! -e "$ENV_FILE" ]; then
    say "there is no $ENV_FILE, so the container gets no environment"
    install -m 600 /dev/null "$ENV_FILE"
  fi
}

# The token is asked for anew at each turn, and nothing of it stays on the disk.
pull() {
  export DOCKER_CONFIG="$work/docker"
  python3 "$work/aws.py" password >"$work/password" || return 1
  if ! docker login --username AWS --password-stdin "${IMAGE%%/*}" <"$work/password" >/dev/null 2>"$work/login"; then
    cat "$work/login"
    return 1
  fi
  docker pull --quiet "$IMAGE" >/dev/null
}

run_image() {
  start_engine
  write_environment
  (umask 077 && retry 8 pull) || fail "$IMAGE could not be pulled"
  say "pulled $IMAGE"
  LOGGING="--log-driver json-file --log-opt max-size=10m --log-opt max-file=3"
  if [ -n "$LOG_GROUP" ]; then LOGGING="--log-driver awslogs --log-opt awslogs-group=$LOG_GROUP"; fi
  docker rm --force "$NAME" >/dev/null 2>&1 || true
  # shellcheck disable=SC2086 # words
  docker run --detach --name "$NAME" --restart=always --env-file "$ENV_FILE" --publish "$PORT:$PORT" $LOGGING "$IMAGE" >/dev/null
  if [ -z "$LOG_GROUP" ]; then
    setsid nohup docker logs --follow "$NAME" </dev/null >"${WANZAMI_CONSOLE:-/dev/console}" 2>&1 &
  fi
  if ! await_health "$START_WITHIN"; then
    docker logs --tail 20 "$NAME" 2>&1 | sed 's/^/container: /' || true
    fail "$NAME does not answer 200 on $HEALTH after $START_WITHIN s (last: $status);" \
      "$(docker inspect --format 'container {{.State.Status}}, exit {{.State.ExitCode}}, {{.RestartCount}} restarts' "$NAME")"
  fi
  say "$NAME answers 200 on $HEALTH"
}

# await_health SECONDS: until the health path answers 200; 1, with the last status in `status`: it did not.
await_health() {
  local waited=0
  until status=$(health) && [ "$status" = 200 ]; do
    [ "$waited" -lt "$1" ] || return 1
    sleep 1
    waited=$((waited + 1))
  done
}

case "$IMAGE" in
  *@sha256:*) run_image ;;
  *) first_light ;;
esac
say "user data is done"
