# Stands for the desktop's notification service: says what it was asked to show,
# and chooses what it is told to, as its person would.
import json, sys, threading
from gi.repository import Gio, GLib

INTERFACE = """
<node><interface name="org.freedesktop.Notifications">
  <method name="Notify">
    <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
    <arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/>
  </method>
  <method name="CloseNotification"><arg type="u" direction="in"/></method>
  <method name="GetCapabilities"><arg type="as" direction="out"/></method>
  <method name="GetServerInformation">
    <arg type="s" direction="out"/><arg type="s" direction="out"/>
    <arg type="s" direction="out"/><arg type="s" direction="out"/>
  </method>
  <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
  <signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
</interface></node>
"""
PATH = "/org/freedesktop/Notifications"
NAME = "org.freedesktop.Notifications"
last = 0


def say(**event):
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def called(connection, sender, path, interface, method, given, answer):
    global last
    if method == "Notify":
        last += 1
        _, _, _, summary, body, actions, _, _ = given.unpack()
        say(event="shown", id=last, summary=summary, body=body, actions=actions[::2])
        answer.return_value(GLib.Variant("(u)", (last,)))
    elif method == "GetCapabilities":
        answer.return_value(GLib.Variant("(as)", (["actions", "body"],)))
    elif method == "GetServerInformation":
        answer.return_value(GLib.Variant("(ssss)", ("stand-in", "tests", "1", "1.2")))
    else:
        answer.return_value(None)


def choose(connection, number, action):
    # Who asked listens only once it has the number: said until this program ends.
    def tell():
        connection.emit_signal(None, PATH, NAME, "ActionInvoked", GLib.Variant("(us)", (number, action)))
        return True
    tell()
    GLib.timeout_add(50, tell)


def listen(connection):
    for line in sys.stdin:
        number, action = json.loads(line)
        GLib.idle_add(lambda n=number, a=action: choose(connection, n, a))
    GLib.idle_add(loop.quit)


def acquired(connection, name):
    threading.Thread(target=listen, args=(connection,), daemon=True).start()
    say(event="ready")


def put_up(connection, name):
    node = Gio.DBusNodeInfo.new_for_xml(INTERFACE)
    connection.register_object(PATH, node.interfaces[0], called, None, None)


loop = GLib.MainLoop()
Gio.bus_own_name(Gio.BusType.SESSION, NAME, Gio.BusNameOwnerFlags.NONE, put_up, acquired, None)
loop.run()
