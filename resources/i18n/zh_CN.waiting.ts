<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>counterfoil</name>
    <message>
        <source>Waiting list</source>
        <translation>候补</translation>
    </message>
    <message>
        <source>Waiting for places</source>
        <translation>候补</translation>
    </message>
    <message>
        <source>Wait for places</source>
        <translation>候补</translation>
    </message>
    <message>
        <source>Leave</source>
        <translation>取消候补</translation>
    </message>
    <message>
        <source>Take into a sale</source>
        <translation>取回售票</translation>
    </message>
    <message>
        <source>Waits since</source>
        <translation>候补时间</translation>
    </message>
    <message>
        <source>Call number</source>
        <translation>候补号</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>places held</source>
        <translation>已有席位</translation>
    </message>
    <message>
        <source>places held  {time}</source>
        <translation>已有席位 {time}</translation>
    </message>
    <message>
        <source>Places wanted</source>
        <translation>候补席位</translation>
    </message>
    <message>
        <source>{travel_class} × {count}</source>
        <translation>{travel_class} {count} 张</translation>
    </message>
    <message>
        <source>departed</source>
        <translation>已开车</translation>
    </message>
    <message>
        <source>place not known</source>
        <translation>位次未知</translation>
    </message>
    <message>
        <source>place {n} in line</source>
        <translation>第 {n} 位</translation>
    </message>
    <message>
        <source>{run}, {travel_class} × {count}</source>
        <translation>{run}，{travel_class} {count} 张</translation>
    </message>
    <message>
        <source>{journey}, {until}.</source>
        <translation>{journey}，{until}。</translation>
    </message>
    <message>
        <source>{journey}.</source>
        <translation>{journey}。</translation>
    </message>
    <message>
        <source>No. {number}</source>
        <translation>{number} 号</translation>
    </message>
    <message>
        <source>until {time}</source>
        <translation>保留至 {time}</translation>
    </message>
    <message>
        <source>{n} waiting  Alt+W</source>
        <translation>候补 {n}  Alt+W</translation>
    </message>
    <message>
        <source>Call {numbers}  Alt+W</source>
        <translation>请叫 {numbers}  Alt+W</translation>
    </message>
    <message>
        <source>Places for {numbers}</source>
        <translation>{numbers}候补已有席位</translation>
    </message>
    <message>
        <source>Call them. Alt+W and Enter take the places into a sale.</source>
        <translation>请叫号。按 Alt+W、回车取回售票。</translation>
    </message>
    <message>
        <source>{numbers}: the places are no longer held</source>
        <translation>{numbers}：席位已超时释放</translation>
    </message>
    <message>
        <source>Who still wants to travel can wait again.</source>
        <translation>仍要乘车的旅客可重新候补。</translation>
    </message>
    <message>
        <source>{number} waits; the place in the line is not known</source>
        <translation>{number}已候补，位次未知</translation>
    </message>
    <message>
        <source>Central's answer did not come. It is asked again by itself.</source>
        <translation>中心的应答未到，系统会自行再次查询。</translation>
    </message>
    <message>
        <source>Tell the customer the number. Alt+W shows who waits.</source>
        <translation>请将候补号告知旅客。按 Alt+W 查看候补。</translation>
    </message>
    <message>
        <source>{number} waits: place {n} in line</source>
        <translation>{number}已候补，排在第 {n} 位</translation>
    </message>
    <message>
        <source>F7: the party waits for places. Or try another class.</source>
        <translation>按 F7 候补，或改选其他席别。</translation>
    </message>
    <message>
        <source>Too many wait at this window</source>
        <translation>本窗口候补已满</translation>
    </message>
    <message>
        <source>At most {maximum} parties can wait here.</source>
        <translation>本窗口最多可有 {maximum} 组旅客候补。</translation>
    </message>
    <message>
        <source>Alt+W: take those from the list who do not wait any more.</source>
        <translation>按 Alt+W，取消不再候补的旅客。</translation>
    </message>
    <message>
        <source>Nobody waits at this window. F7 on a sold-out class of the sell screen lets a party wait.</source>
        <translation>本窗口没有候补的旅客。在售票界面选中余票不足的席别，按 F7 候补。</translation>
    </message>
    <message>
        <source>Give up the sale that is open?</source>
        <translation>放弃正在办理的售票？</translation>
    </message>
    <message>
        <source>Places are held for another customer. F7 in that sale parks it; given up, they are let go.</source>
        <translation>正为另一位旅客占座。在该次售票中按 F7 可挂单；放弃则席位释放。</translation>
    </message>
    <message>
        <source>No. {number} does not wait any more?</source>
        <translation>取消 {number} 号候补？</translation>
    </message>
    <message>
        <source>The place in the line is lost, and what is held for them is let go.</source>
        <translation>位次将失去，已保留的席位将释放。</translation>
    </message>
</context>
</TS>
