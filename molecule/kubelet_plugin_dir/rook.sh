#!/bin/sh
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A FlexVolume driver in the place of Rook's: it asks for the same option, and mounts a file system in memory.
case $1 in
    init) echo '{"status": "Success", "capabilities": {"attach": false}}' ;;
    mount)
        case $3 in
            *'"clusterName"'*)
                mkdir -p "$2" && mount -t tmpfs -o size=1m rook "$2" && echo '{"status": "Success"}' ;;
            *) echo '{"status": "Failure", "message": "Rook: Attach filesystem myfs failed: cluster namespace is not provided"}'
               exit 1 ;;
        esac ;;
    unmount) umount "$2" && echo '{"status": "Success"}' ;;
    *) echo '{"status": "Not supported"}' ; exit 1 ;;
esac
