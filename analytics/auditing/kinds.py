"""What audit records without a system call tell, by their type: category, type and action."""

from analytics.auditing.syscalls import Deed

# fmt: off
TABLE = """
ADD_GROUP            iam             creation  added-group-account-to
ADD_USER             iam             creation  added-user-account
DEL_GROUP            iam             deletion  deleted-group-account-from
DEL_USER             iam             deletion  deleted-user-account
GRP_AUTH             authentication  info      authenticated-to-group
GRP_CHAUTHTOK        iam             change    changed-group-password
GRP_MGMT             iam             change    modified-group-account
USER_MGMT            iam             change    modified-user-account
USER_CHAUTHTOK       iam             change    changed-password
ACCT_LOCK            iam             change    locked-account
ACCT_UNLOCK          iam             change    unlocked-account
CHGRP_ID             iam             change    changed-group
CHUSER_ID            iam             change    changed-user-id
ROLE_ASSIGN          iam             change    assigned-user-role-to
ROLE_REMOVE          iam             change    removed-user-role-from
ROLE_MODIFY          iam             change    modified-role
USER_ROLE_CHANGE     iam             change    changed-role-to
USER_AUTH            authentication  info      authenticated
USER_ACCT            authentication  info      was-authorized
USER_ERR             authentication  info      error
USER_LOGIN           authentication  start     logged-in
USER_LOGOUT          authentication  end       logged-out
LOGIN                authentication  start     changed-login-id-to
CRED_ACQ             authentication  info      acquired-credentials
CRED_REFR            authentication  info      refreshed-credentials
CRED_DISP            authentication  info      disposed-credentials
USER_START           session         start     started-session
USER_END             session         end       ended-session
USER_CMD             process         start     ran-command
USER_TTY             process         info      typed
TTY                  process         info      typed
USER_SELINUX_ERR     process         info      access-error
USER_AVC             process         info      access-permission
USER_MAC_CONFIG_CHANGE  configuration  change  changed-mac-configuration
USER_MAC_POLICY_LOAD configuration   change    loaded-mac-policy
USYS_CONFIG          configuration   change    changed-configuration
USER_DEVICE          host            change    changed-device
CHUSER_DEVICE        host            change    changed-device
SERVICE_START        process         start     started-service
SERVICE_STOP         process         end       stopped-service
SYSTEM_BOOT          host            start     booted-system
SYSTEM_SHUTDOWN      host            end       shutdown-system
SYSTEM_RUNLEVEL      host            change    changed-to-runlevel
TRUSTED_APP          process         info      unknown
TEST                 process         info      sent-test
SOFTWARE_UPDATE      package         info      package-updated
CONFIG_CHANGE        configuration   change    changed-audit-configuration
FEATURE_CHANGE       configuration   change    changed-audit-feature
DAEMON_START         process         start     started-audit
DAEMON_RESUME        process         change    resumed-audit
DAEMON_END           process         end       shutdown-audit
DAEMON_ABORT         process         end       aborted-auditd-startup
DAEMON_ERR           process         info      audit-error
DAEMON_CONFIG        configuration   change    changed-auditd-configuration
DAEMON_RECONFIG      configuration   change    changed-auditd-configuration
DAEMON_ROTATE        process         change    rotated-audit-logs
DAEMON_ACCEPT        network         start     remote-audit-connected
DAEMON_CLOSE         network         end       remote-audit-disconnected
KERNEL               host            info      initialized-audit-subsystem
KERN_MODULE          driver          info      loaded-kernel-module
NETFILTER_CFG        configuration   change    loaded-firewall-rule-to
NETFILTER_PKT        network         info      packet-filtered
AVC                  file            info      violated-selinux-policy
SELINUX_ERR          process         info      violated-selinux-policy
MAC_STATUS           configuration   change    changed-selinux-enforcement
MAC_POLICY_LOAD      configuration   change    loaded-selinux-policy
MAC_CONFIG_CHANGE    configuration   change    changed-selinux-boolean
MAC_CHECK            process         info      used-selinux-access-vector
MAC_IPSEC_EVENT      configuration   change    changed-ipsec-configuration
SECCOMP              process         info      violated-seccomp-policy
BPF                  process         change    called-bpf
FANOTIFY             file            info      decided-file-access
TIME_ADJNTPVAL       host            change    changed-system-time
TIME_INJOFFSET       host            change    changed-system-time
URINGOP              process         info      called-io-uring
EVENT_LISTENER       process         change    listened-to-audit
FS_RELABEL           file            change    relabeled-filesystem
LABEL_OVERRIDE       file            change    overrode-label-of
DEV_ALLOC            host            change    allocated-device
DEV_DEALLOC          host            change    deallocated-device
CRYPTO_KEY_USER      process         info      negotiated-crypto-key
CRYPTO_SESSION       process         info      started-crypto-session
CRYPTO_LOGIN         authentication  start     crypto-officer-logged-in
CRYPTO_LOGOUT        authentication  end       crypto-officer-logged-out
VIRT_CONTROL         process         change    issued-vm-control
VIRT_CREATE          process         start     created-vm-image
VIRT_DESTROY         process         end       deleted-vm-image
VIRT_MACHINE_ID      process         start     assigned-vm-id
VIRT_RESOURCE        process         change    assigned-vm-resource
ANOM_ABEND           process         end       crashed-program
ANOM_EXEC            process         start     attempted-execution-of-forbidden-program
ANOM_LINK            file            info      used-suspicious-link
ANOM_CREAT           file            info      created-suspicious-file
ANOM_PROMISCUOUS     network         change    changed-promiscuous-mode-on-device
ANOM_LOGIN_FAILURES  authentication  info      failed-log-in-too-many-times-to
ANOM_LOGIN_LOCATION  authentication  info      attempted-log-in-from-unusual-place-to
ANOM_LOGIN_SESSIONS  authentication  info      opened-too-many-sessions-to
ANOM_LOGIN_TIME      authentication  info      attempted-log-in-during-unusual-hour-to
ANOM_LOGIN_ACCT      authentication  info      attempted-log-in-from-account
ANOM_ROOT_TRANS      process         info      became-root
ANOM_MAX_DAC         process         info      exceeded-dac-limit
ANOM_MAX_MAC         process         info      exceeded-mac-limit
ANOM_ADD_ACCT        iam             creation  added-suspicious-account
ANOM_DEL_ACCT        iam             deletion  deleted-suspicious-account
ANOM_MOD_ACCT        iam             change    changed-suspicious-account
INTEGRITY_DATA       file            info      checked-integrity-of
INTEGRITY_RULE       file            info      checked-policy-of
INTEGRITY_STATUS     file            info      checked-integrity-of
RESP_ACCT_LOCK       iam             change    locked-account
RESP_KILL_PROC       process         end       killed-process
RESP_TERM_ACCESS     process         end       terminated-session
"""
# fmt: on

KINDS: dict[str, Deed] = {
    line.split()[0]: Deed(*line.split()[1:]) for line in TABLE.strip().splitlines()
}


def deed_of(kind: str) -> Deed:
    """How a record of this type is told; of an unknown type the action is the type itself."""
    return KINDS.get(kind) or Deed("process", "info", kind.lower())
