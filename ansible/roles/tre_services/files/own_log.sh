#!/bin/sh
# own_log.sh FILE COMMAND...   run a program whose output goes to a file, not into its starter's pipe. The hub's proxy outlives
# the hub; with the hub's pipe closed it would fail at each line of its log, log that, and so turn in circles for ever.
file=$1
shift
exec "$@" >>"$file" 2>&1
