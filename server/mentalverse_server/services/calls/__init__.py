"""Calls of a running server: memory over rows, by `mentalverse_signaling.calls`.

rooms     every open call, decided on one command after the other, and written
carrier   what follows a decision: notices, groups, engine
opening   `call.start`: which kind, which way the media goes, who may
seats     join, resume, and what else whoever holds a seat asks for
asked     from the payload of a command to what the rules take
sessions  what is planned, and who was found to fit
licences  who may lead a therapy circle, and since when that is known
echo      rooms of one, in which somebody tries the path
access    what a device needs to reach the relay
watch     lets time pass, and follows the groups that key the frames
parts     made and started in one order
"""
