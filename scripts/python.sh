# Sourced: a Python with the AWS CLI, botocore and moto, from PyPI.
#
#   make_python    puts it into .build-python, unless it is there; WANZAMI_PYTHON is its interpreter from then on. One
#                  that the environment names already is used as it is.

# The emulated AWS that the client is held to, the AWS CLI that the sandbox is held to, and the judge of our events, each
# at the version that the tests were written with.
python_packages=(moto[server]==5.2.1 boto3==1.43.11 botocore==1.43.11 awscli==1.45.11 cfn-lint==1.58.0 jsonschema==4.26.0
  check-jsonschema==0.39.0 pyte==0.8.2)
python_folder=$PWD/.build-python
named_python=${WANZAMI_PYTHON:-}
export WANZAMI_PYTHON=${named_python:-$python_folder/bin/python}

make_python() {
  [ -z "$named_python" ] || return 0
  [ "$(cat "$python_folder/packages" 2>/dev/null)" != "${python_packages[*]}" ] || return 0
  rm -rf "$python_folder"
  python3 -m venv "$python_folder"
  "$python_folder/bin/python" -m pip install --quiet "${python_packages[@]}"
  echo "${python_packages[*]}" >"$python_folder/packages"
}
