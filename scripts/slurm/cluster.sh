#!/usr/bin/env bash
# A real Slurm on loopback, for tests: munge, a controller and several nodes on this machine, all in one folder.
#   cluster.sh start FOLDER [NODES]   prints the SLURM_CONF to use
#   cluster.sh stop FOLDER
#   cluster.sh down FOLDER NODE       as if the power of a node failed: nothing of it lives on
#   cluster.sh up FOLDER NODE
# Debian and Ubuntu: apt-get install slurm-wlm munge. No root is needed, nor the system's own configuration.
set -euo pipefail
command=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
user=$(id -un)
export PATH="$PATH:/usr/sbin:/sbin"
export SLURM_CONF="$folder/slurm.conf"

# Ends the process whose number is in a file.
end() {
  local file=$1 signal=${2:-TERM} pid
  pid=$(cat "$file" 2>/dev/null) || return 0
  kill "-$signal" "$pid" 2>/dev/null || true
  for _ in $(seq 50); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  rm -f "$file"
}

start_node() {
  slurmd -N "$1" -f "$SLURM_CONF" >>"$folder/$1.out" 2>&1
}

# All processes of a node's jobs: its step daemons and what they started.
kill_node() {
  local node=$1 process parent
  local jobs=() daemons=()
  # They carry the name of their node and our configuration in their environment; above them is their step's daemon.
  for process in /proc/[0-9]*; do
    if { tr '\0' '\n' <"$process/environ"; } 2>/dev/null | sort -u | grep -cx -e "SLURMD_NODENAME=$node" -e "SLURM_CONF=$SLURM_CONF" | grep -qx 2; then
      jobs+=("$(basename "$process")")
      parent=$(ps -o ppid= -p "$(basename "$process")" | tr -d ' ')
      [ "$(ps -o comm= -p "${parent:-0}" 2>/dev/null)" = slurmstepd ] && daemons+=("$parent")
    fi
  done
  # The daemons first: they must not tell the controller that their job was killed.
  [ ${#daemons[@]} -eq 0 ] || kill -STOP "${daemons[@]}" 2>/dev/null || true
  end "$folder/$node.pid" KILL
  [ ${#jobs[@]} -eq 0 ] || kill -KILL "${jobs[@]}" 2>/dev/null || true
  [ ${#daemons[@]} -eq 0 ] || kill -KILL "${daemons[@]}" 2>/dev/null || true
}

case $command in
start)
  nodes=${3:-3}
  port=$((20000 + RANDOM % 20000))
  mkdir -p "$folder/state" "$folder/spool"
  dd if=/dev/urandom of="$folder/munge.key" bs=1 count=128 status=none
  chmod 600 "$folder/munge.key"
  munged --force --key-file="$folder/munge.key" --socket="$folder/munge.sock" --pid-file="$folder/munge.pid" \
    --log-file="$folder/munge.log" --seed-file="$folder/munge.seed" >>"$folder/munge.out" 2>&1
  cat >"$SLURM_CONF" <<CONF
ClusterName=hardgrad
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=$user
SlurmdUser=$user
SlurmctldPort=$port
AuthType=auth/munge
# After a job is queued again it waits until credentials have expired: 5 s in place of 120.
AuthInfo=socket=$folder/munge.sock,cred_expire=5
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool/%n
SlurmctldPidFile=$folder/ctld.pid
SlurmdPidFile=$folder/%n.pid
SlurmctldLogFile=$folder/ctld.log
SlurmdLogFile=$folder/%n.log
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=2,requeue_setup_env_fail
SlurmdTimeout=10
SlurmctldTimeout=10
KillWait=5
MinJobAge=300
ReturnToService=2
JobRequeue=1
MaxArraySize=10001
NodeName=n[1-$nodes] NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + nodes))] CPUs=1 RealMemory=1000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=60 DefaultTime=10 State=UP
CONF
  slurmctld -f "$SLURM_CONF" >>"$folder/ctld.out" 2>&1
  for i in $(seq "$nodes"); do start_node "n$i"; done
  for _ in $(seq 900); do
    if [ "$(sinfo -h -t idle -o %D 2>/dev/null)" = "$nodes" ]; then
      echo "$SLURM_CONF"
      exit 0
    fi
    sleep 0.2
  done
  echo "the nodes did not come up; see $folder/*.log" >&2
  exit 1
  ;;
stop)
  scancel -u "$user" 2>/dev/null || true
  for pid in "$folder"/n*.pid; do [ -f "$pid" ] && kill_node "$(basename "$pid" .pid)"; done
  end "$folder/ctld.pid"
  end "$folder/munge.pid"
  ;;
down) kill_node "$3" ;;
up) start_node "$3" ;;
*)
  echo "cluster.sh start, stop, down or up" >&2
  exit 2
  ;;
esac
