#!/bin/bash
# Writes the properties from the KAFKA_ variables, formats the log folder, and starts one broker. In a name, `_` stands for `.`,
# `__` for `_` and `___` for `-`.
set -euo pipefail
if [ $# -gt 0 ]; then exec "$@"; fi

properties=/opt/kafka/config/server.properties
while IFS= read -r -d '' line; do
  case $line in
  KAFKA_HEAP_OPTS=* | KAFKA_OPTS=* | KAFKA_JVM_PERFORMANCE_OPTS=*) continue ;;
  KAFKA_*) ;;
  *) continue ;;
  esac
  name=${line%%=*}
  name=$(printf %s "${name#KAFKA_}" | sed 's/___/-/g; s/__/\t/g; s/_/./g; s/\t/_/g' | tr '[:upper:]' '[:lower:]')
  printf '%s=%s\n' "$name" "${line#*=}"
done </proc/self/environ >"$properties"

# shellcheck disable=SC2206
java=(java ${KAFKA_HEAP_OPTS:-} ${KAFKA_OPTS:-} -Dlog4j2.level=WARN -cp '/opt/kafka/libs/*')
"${java[@]}" kafka.tools.StorageTool format --ignore-formatted --cluster-id 4L6g3nShT-eMCtK--X86sw --config "$properties"
exec "${java[@]}" kafka.Kafka "$properties"
