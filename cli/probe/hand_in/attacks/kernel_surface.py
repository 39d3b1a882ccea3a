"""Calls the parts of the kernel that most escapes have gone through: bpf, perf, userfaultfd, kexec, modules, quotas.

aim: secrets
stopped by: seccomp, which allows what a list names and refuses the rest
"""

from tools import refusals

CALLS = """
acct bpf delete_module fanotify_init finit_module init_module inotify_init1 kexec_file_load kexec_load lookup_dcookie
memfd_create memfd_secret perf_event_open process_madvise process_vm_readv process_vm_writev quotactl reboot
remap_file_pages splice swapoff swapon syslog tee userfaultfd vhangup vmsplice vserver
"""


def attack():
    return refusals(*CALLS.split())
