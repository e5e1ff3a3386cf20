# Sourced: a Docker Engine for the time of one script.
#
#   engine_start    exports DOCKER_HOST: the Engine that it names already, else the one on the usual socket, else a
#                   private dockerd, which needs root
#   engine_stop     ends the private one and removes what it left; of another's Engine it touches nothing
#
# The private dockerd has its own data, socket, network bridge and containerd name space, and leaves the machine's
# iptables alone: ports are published by its userland proxy.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
engine_folder='' engine_pid='' engine_bridge=''

engine_answers() { docker --host "$1" version >/dev/null 2>&1; }

engine_start() {
  local usual=unix:///var/run/docker.sock
  if [ -n "${DOCKER_HOST:-}" ]; then
    engine_answers "$DOCKER_HOST" && return
    echo "no Docker Engine answers at DOCKER_HOST=$DOCKER_HOST; start it, or unset DOCKER_HOST" >&2
    return 1
  fi
  if engine_answers "$usual"; then
    export DOCKER_HOST=$usual
    return
  fi
  if [ "$(id -u)" != 0 ]; then
    echo "no Docker Engine answers on $usual; start it, set DOCKER_HOST, or run this as root for a private one" >&2
    return 1
  fi
  engine_start_private
}

engine_start_private() {
  engine_folder=$(mktemp -d "${TMPDIR:-/tmp}/wanzami-engine.XXXXXX")
  engine_bridge=wz$$
  ip link add name "$engine_bridge" type bridge
  echo '{}' >"$engine_folder/daemon.json"
  local name=wanzami-$$
  # A session of its own: Ctrl-C ends the script first, and the Engine by engine_stop; with the script killed, it goes too.
  setsid setpriv --pdeathsig TERM dockerd --config-file "$engine_folder/daemon.json" \
    --data-root "$engine_folder/data" --exec-root "$engine_folder/exec" --pidfile "$engine_folder/pid" \
    --host "unix://$engine_folder/docker.sock" --bridge "$engine_bridge" \
    --iptables=false --ip-masq=false --ip-forward=false \
    --containerd-namespace "$name" --containerd-plugins-namespace "$name-plugins" \
    >"$engine_folder/log" 2>&1 &
  engine_pid=$!
  local waited=0
  until engine_answers "unix://$engine_folder/docker.sock"; do
    if ! kill -0 "$engine_pid" 2>/dev/null || [ $((waited += 1)) -gt 300 ]; then
      tail -n 20 "$engine_folder/log" >&2
      echo "the private Docker Engine did not come up; its last lines are above" >&2
      return 1
    fi
    sleep 0.2
  done
  export DOCKER_HOST=unix://$engine_folder/docker.sock
}

engine_stop() {
  if [ -n "$engine_pid" ]; then
    kill "$engine_pid" 2>/dev/null || true
    wait "$engine_pid" 2>/dev/null || true
    engine_pid=''
  fi
  if [ -n "$engine_bridge" ]; then
    ip link delete "$engine_bridge" 2>/dev/null || true
    engine_bridge=''
  fi
  if [ -n "$engine_folder" ]; then
    # Mounts that an Engine in distress left behind would make the removal fail.
    awk -v top="$engine_folder/" 'index($2, top) == 1 {print $2}' /proc/mounts | sort -r | while read -r mount; do
      umount "$mount" 2>/dev/null || true
    done
    rm -rf "$engine_folder"
    engine_folder=''
  fi
}
