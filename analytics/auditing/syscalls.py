"""What system calls do: their numbers on three architectures, and the words for them.

The words are those of Elastic's auditd tools where they have one, so that searches carry over;
own ones are `sent-signal` (theirs is killed-pid) and `wrote-file`, for which see `rows`.
"""

from functools import lru_cache
from typing import NamedTuple

ARCHITECTURES = ("c000003e", "40000003", "c00000b7")  # x86_64, i386, aarch64: the columns below

# fmt: off
TABLE = """
execve               59   11  221  process  start     executed
execveat            322  358  281  process  start     executed
kill                 62   37  129  process  change    sent-signal
tkill               200  238  130  process  change    sent-signal
tgkill              234  270  131  process  change    sent-signal
rt_sigqueueinfo     129  178  138  process  change    sent-signal
rt_tgsigqueueinfo   297  335  240  process  change    sent-signal
pidfd_send_signal   424  424  424  process  change    sent-signal
ptrace              101   26  117  process  change    traced-process
process_vm_readv    310  347  270  process  access    read-memory-of
process_vm_writev   311  348  271  process  change    wrote-memory-of
setpriority         141   97  140  process  change    changed-priority-of
sched_setaffinity   203  241  122  process  change    changed-affinity-of
prlimit64           302  340  261  process  change    changed-limits-of
memfd_create        319  356  279  process  info      allocated-memory
fork                 57    2    -  process  start     forked
vfork                58  190    -  process  start     forked
clone                56  120  220  process  start     forked
clone3              435  435  435  process  start     forked
open                  2    5    -  file     access    opened-file
openat              257  295   56  file     access    opened-file
openat2             437  437  437  file     access    opened-file
open_by_handle_at   304  342  265  file     access    opened-file
creat                85    8    -  file     creation  opened-file
truncate             76   92   45  file     change    truncated-file
ftruncate            77   93   46  file     change    truncated-file
rename               82   38    -  file     change    renamed
renameat            264  302   38  file     change    renamed
renameat2           316  353  276  file     change    renamed
unlink               87   10    -  file     deletion  deleted
unlinkat            263  301   35  file     deletion  deleted
rmdir                84   40    -  file     deletion  deleted
mkdir                83   39    -  file     creation  created-directory
mkdirat             258  296   34  file     creation  created-directory
link                 86    9    -  file     creation  linked
linkat              265  303   37  file     creation  linked
symlink              88   83    -  file     creation  symlinked
symlinkat           266  304   36  file     creation  symlinked
mknod               133   14    -  file     creation  make-device
mknodat             259  297   33  file     creation  make-device
chmod                90   15    -  file     change    changed-file-permissions-of
fchmod               91   94   52  file     change    changed-file-permissions-of
fchmodat            268  306   53  file     change    changed-file-permissions-of
fchmodat2           452  452  452  file     change    changed-file-permissions-of
chown                92  182    -  file     change    changed-file-ownership-of
fchown               93   95   55  file     change    changed-file-ownership-of
lchown               94   16    -  file     change    changed-file-ownership-of
fchownat            260  298   54  file     change    changed-file-ownership-of
setxattr            188  226    5  file     change    changed-file-attributes-of
lsetxattr           189  227    6  file     change    changed-file-attributes-of
fsetxattr           190  228    7  file     change    changed-file-attributes-of
removexattr         197  235   14  file     change    changed-file-attributes-of
lremovexattr        198  236   15  file     change    changed-file-attributes-of
fremovexattr        199  237   16  file     change    changed-file-attributes-of
utime               132   30    -  file     change    changed-timestamp-of
utimes              235  271    -  file     change    changed-timestamp-of
futimesat           261  299    -  file     change    changed-timestamp-of
utimensat           280  320   88  file     change    changed-timestamp-of
mount               165   21   40  file     change    mounted
umount2             166   52   39  file     change    unmounted
pivot_root          155  217   41  file     change    changed-root-to
chroot              161   61   51  file     change    changed-root-to
chdir                80   12   49  file     access    changed-directory-to
init_module         175  128  105  driver   start     loaded-kernel-module
finit_module        313  350  273  driver   start     loaded-kernel-module
delete_module       176  129  106  driver   end       unloaded-kernel-module
kexec_load          246  283  104  host     change    loaded-kernel
kexec_file_load     320    -  294  host     change    loaded-kernel
bpf                 321  357  280  process  change    called-bpf
perf_event_open     298  336  241  process  access    measured-process
connect              42  362  203  network  start     connected-to
bind                 49  361  200  network  start     bound-socket
listen               50  363  201  network  start     listen-for-connections
accept               43    -  202  network  start     accepted-connection-from
accept4             288  364  242  network  start     accepted-connection-from
sendto               44  369  206  network  info      sent-to
sendmsg              46  370  211  network  info      sent-to
recvfrom             45  371  207  network  info      received-from
recvmsg              47  372  212  network  info      received-from
socket               41  359  198  network  info      created-socket
setuid              105   23  146  process  change    changed-identity-of
setgid              106   46  144  process  change    changed-identity-of
setreuid            113   70  145  process  change    changed-identity-of
setregid            114   71  143  process  change    changed-identity-of
setresuid           117  164  147  process  change    changed-identity-of
setresgid           119  170  149  process  change    changed-identity-of
setfsuid            122  138  151  process  change    changed-identity-of
setfsgid            123  139  152  process  change    changed-identity-of
setgroups           116   81  159  process  change    changed-identity-of
unshare             272  310   97  process  change    entered-namespace
setns               308  346  268  process  change    entered-namespace
settimeofday        164   79  170  host     change    changed-system-time
clock_settime       227  264  112  host     change    changed-system-time
adjtimex            159  124  171  host     change    changed-system-time
clock_adjtime       305  343  266  host     change    changed-system-time
sethostname         170   74  161  host     change    changed-system-name
setdomainname       171  121  162  host     change    changed-system-name
reboot              169   88  142  host     change    rebooted
swapon              167   87  224  host     change    changed-swap
swapoff             168  115  225  host     change    changed-swap
add_key             248  286  217  iam      creation  added-key
keyctl              250  288  219  iam      change    changed-key
read                  0    3   63  process  info      called-syscall
write                 1    4   64  process  info      called-syscall
ioctl                16   54   29  process  info      called-syscall
setsockopt           54  366  208  process  info      called-syscall
prctl               157  172  167  process  info      called-syscall
personality         135  136   92  process  info      called-syscall
syslog              103  103  116  process  info      called-syscall
sysinfo              99  116  179  process  info      called-syscall
request_key         249  287  218  iam      access    requested-key
"""
# fmt: on


class Deed(NamedTuple):
    """How an event of one kind is told: event.category, event.type and event.action."""

    category: str
    type: str
    action: str


OTHER_CALL = Deed("process", "info", "called-syscall")
DEEDS: dict[str, Deed] = {}
NUMBERS: dict[tuple[str, str], str] = {}  # (arch, number) as records have them → name

for _line in TABLE.strip().splitlines():
    _name, *_numbers, _category, _type, _action = _line.split()
    DEEDS[_name] = Deed(_category, _type, _action)
    for _architecture, _number in zip(ARCHITECTURES, _numbers, strict=True):
        if _number != "-":
            NUMBERS[_architecture, _number] = _name

SIGNALS = {  # which argument is the signal
    "kill": 1, "tkill": 1, "tgkill": 2,
    "rt_sigqueueinfo": 1, "rt_tgsigqueueinfo": 2, "pidfd_send_signal": 1,
}  # fmt: skip
OPEN_FLAGS = {"open": 1, "openat": 2, "open_by_handle_at": 2}
DIRECTORIES = {  # which argument is the directory that a relative path starts from
    "symlinkat": 1, "openat": 0, "openat2": 0, "renameat": 0, "renameat2": 0,
    "unlinkat": 0, "mkdirat": 0, "linkat": 0, "mknodat": 0, "fchmodat": 0,
    "fchmodat2": 0, "fchownat": 0, "utimensat": 0, "futimesat": 0, "execveat": 0,
}  # fmt: skip


class SystemCall(NamedTuple):
    """A system call: how it is told, and which argument is what, None where it has no such."""

    name: str
    deed: Deed
    opens: bool  # a file, to read or to write
    tells_arguments: bool  # they are all that is known of its object
    signal: int | None
    directory: int | None
    flags: int | None


@lru_cache(maxsize=4096)
def system_call(name: str | None, number: str) -> SystemCall:
    """The system call of this name, else of a number such as `arch=c000003e syscall=59`.

    Where the table does not know the number, it is the name.
    """
    architecture, _, number = number.removeprefix("arch=").partition(" syscall=")
    name = name or NUMBERS.get((architecture, number), number)
    deed = DEEDS.get(name, OTHER_CALL)
    return SystemCall(
        name,
        deed,
        opens=deed.action == "opened-file",
        tells_arguments=deed.category not in ("file", "network") and deed.action != "executed",
        signal=SIGNALS.get(name),
        directory=DIRECTORIES.get(name),
        flags=OPEN_FLAGS.get(name),
    )
