#!/bin/sh
# What the image is built and run by (../Dockerfile), without Docker too:
#   steps.sh build SOURCE TARGET   installs SOURCE, a clone or a wheel, with all it needs into TARGET
#   steps.sh check TARGET          ends with 0 when nothing of it is broken
#   steps.sh serve TARGET          serves the demo on port 8501 of every address
#   steps.sh health                ends with 0 when it answers
# QNA_WIDGET_MODEL: the model to put inside (default: the bundled one; others are fetched and
# converted while building). PORT: another port.
set -eu
PORT="${PORT:-8501}"

build() {
  extras=demo
  test "${QNA_WIDGET_MODEL:-bundled}" = bundled || extras=demo,hub
  "${PYTHON:-python3}" -m venv "$2"
  "$2/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir "$1[$extras]"
  if [ "$extras" != demo ]; then
    "$2/bin/qna-widget" export "$QNA_WIDGET_MODEL" "$2/model"
  fi
}

check() {
  "$1/bin/qna-widget" doctor --model "$(model "$1")"
}

model() {
  if [ -d "$1/model" ]; then echo "$1/model"; else echo bundled; fi
}

serve() {
  # The model is inside, so nothing is asked of the hub.
  export HF_HUB_OFFLINE=1
  exec "$1/bin/qna-widget" demo --address 0.0.0.0 --port "$PORT" --model "$(model "$1")"
}

health() {
  # Below the path that it is served by, and never by a proxy, which has another 127.0.0.1.
  "${PYTHON:-python3}" -c "
import os, sys, urllib.request
path = os.environ.get('STREAMLIT_SERVER_BASE_URL_PATH', '').strip('/')
address = '/'.join(filter(None, ['http://127.0.0.1:$PORT', path, '_stcore/health']))
directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
with directly.open(address, timeout=4) as reply:
    sys.exit(reply.status != 200)"
}

case "${1:-}" in
  build) build "$2" "$3" ;;
  check) check "$2" ;;
  serve) serve "$2" ;;
  health) health ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
