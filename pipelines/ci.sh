#!/usr/bin/env bash
# One release, for any CI that can run a shell: Jenkins, Buildkite, cron.
#
#   pipelines/ci.sh [<commit>]     without one, the head of the pipeline's branch
#
# Needs wanzami-deploy in PATH, AWS credentials as the AWS CLI reads them, an Engine, and the whole history of the
# repository (no shallow clone). Let one run at a time; a second would end with exit 4 and do no harm. Its exit code is
# the program's own: see `wanzami-deploy --help`.
set -uo pipefail

# A job that was ended in mid-rollout left it to AWS: it is brought to its end first. bash hands on no signal to what it
# waits for, so it is handed on here.
wanzami-deploy resume &
resume=$!
trap 'kill -TERM "$resume"' HUP INT TERM
wait "$resume"
while kill -0 "$resume" 2>/dev/null; do wait "$resume"; done
wait "$resume" # bash still knows the code of one that ended
code=$?
trap - HUP INT TERM

# 5: it was bad and is taken back, which leaves a clean fleet for this release.
[ "$code" = 0 ] || [ "$code" = 5 ] || exit "$code"

# exec: signals arrive.
exec wanzami-deploy release "$@"
