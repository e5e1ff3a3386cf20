#!/usr/bin/env bash
# The usual way from a commit to an image, without a work tree: git archive into docker build. Each end is measured.
#
#   bench/context.sh MEASURE FOLDER COMMIT TAG     the two measurements come to FOLDER/git and FOLDER/docker
set -euo pipefail
measure=$1 folder=$2 commit=$3 tag=$4
"$measure" -a "$folder/git" git archive "$commit:backend" |
  "$measure" -a "$folder/docker" docker build --quiet --tag "$tag" -
