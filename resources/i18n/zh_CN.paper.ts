<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>paper</name>
    <message>
        <source>Second class</source>
        <translation>二等座</translation>
    </message>
    <message>
        <source>First class</source>
        <translation>一等座</translation>
    </message>
    <message>
        <source>Business class</source>
        <translation>商务座</translation>
    </message>
    <message>
        <source>Premium first class</source>
        <translation>特等座</translation>
    </message>
    <message>
        <source>Hard seat</source>
        <translation>硬座</translation>
    </message>
    <message>
        <source>Soft seat</source>
        <translation>软座</translation>
    </message>
    <message>
        <source>Hard sleeper</source>
        <translation>硬卧</translation>
    </message>
    <message>
        <source>Soft sleeper</source>
        <translation>软卧</translation>
    </message>
    <message>
        <source>Deluxe sleeper</source>
        <translation>高级软卧</translation>
    </message>
    <message>
        <source>Second-class sleeper</source>
        <translation>二等卧</translation>
    </message>
    <message>
        <source>First-class sleeper</source>
        <translation>一等卧</translation>
    </message>
    <message>
        <source>Standing</source>
        <translation>无座</translation>
    </message>
    <message>
        <source>Unreserved</source>
        <translation>不对号入座</translation>
    </message>
    <message>
        <source>Economy class</source>
        <translation>经济座</translation>
    </message>
    <message>
        <source>Standard class</source>
        <translation>普通座</translation>
    </message>
    <message>
        <source>Upper berth</source>
        <translation>上铺</translation>
    </message>
    <message>
        <source>Middle berth</source>
        <translation>中铺</translation>
    </message>
    <message>
        <source>Lower berth</source>
        <translation>下铺</translation>
    </message>
    <message>
        <source>Adult</source>
        <translation>成人</translation>
    </message>
    <message>
        <source>Child</source>
        <translation>儿童</translation>
    </message>
    <message>
        <source>Student</source>
        <translation>学生</translation>
    </message>
    <message>
        <source>Disabled veteran</source>
        <translation>残军</translation>
    </message>
    <message>
        <source>Infant</source>
        <translation>婴幼儿</translation>
    </message>
    <message>
        <source>Senior</source>
        <translation>老年</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>团体</translation>
    </message>
    <message>
        <source>Concession</source>
        <translation>优惠</translation>
    </message>
    <message>
        <source>Youth</source>
        <translation>青年</translation>
    </message>
    <message>
        <source>Disabled</source>
        <translation>残疾人</translation>
    </message>
    <message>
        <source>Staff</source>
        <translation>职工</translation>
    </message>
    <message>
        <source>DUPLICATE</source>
        <translation>补打</translation>
    </message>
    <message>
        <source>SOLD OFFLINE</source>
        <translation>离线发售</translation>
    </message>
    <message>
        <source>TRAINING - NOT VALID</source>
        <translation>培训 · 无效</translation>
    </message>
    <message>
        <source>EXCHANGED</source>
        <translation>改签</translation>
    </message>
    <message>
        <source>DEMONSTRATION - NO REAL JOURNEY</source>
        <translation>演示 · 不可乘车</translation>
    </message>
    <message>
        <source>Coach</source>
        <translation>车厢</translation>
    </message>
    <message>
        <source>Seat</source>
        <translation>座位</translation>
    </message>
    <message>
        <source>Gate {gate}</source>
        <translation>检票口 {gate}</translation>
    </message>
    <message>
        <source>Departs</source>
        <translation>开</translation>
    </message>
    <message>
        <source>departs {time}</source>
        <translation>{time}开</translation>
    </message>
    <message>
        <source>arrives {time}</source>
        <translation>{time}到</translation>
    </message>
    <message>
        <source>next day</source>
        <translation>次日</translation>
    </message>
    <message>
        <source>Sold at</source>
        <translation>发售</translation>
    </message>
    <message>
        <source>Window {counter}</source>
        <translation>{counter}号窗口</translation>
    </message>
    <message>
        <source>Clerk {clerk}</source>
        <translation>售票员 {clerk}</translation>
    </message>
    <message>
        <source>Stock no. {number}</source>
        <translation>票号 {number}</translation>
    </message>
    <message>
        <source>Ticket {number}</source>
        <translation>车票 {number}</translation>
    </message>
</context>
</TS>
